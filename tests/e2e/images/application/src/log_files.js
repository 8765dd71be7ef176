// Log files by day and size, as winston-daily-rotate-file leaves them: claude-relay-DATE.log, and once that is full
// claude-relay-DATE.log.1, .log.2 and so on; what was left behind is compressed; the audit file lists what there is.
const fs = require('fs')
const path = require('path')
const zlib = require('zlib')

const UNITS = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** Bytes of a size such as "10m". */
function bytes (size) {
  const [, digits, unit] = /^(\d+)([kmg]?)b?$/i.exec(size) || []
  if (!digits) throw new Error(`LOG_MAX_SIZE is no size: ${size}`)
  return Number(digits) * UNITS[unit.toLowerCase()]
}

class LogFile {
  /** `pattern` has %DATE% in it; `today` gives the date. At most `maxFiles` files are kept. */
  constructor (folder, pattern, { maxSize, maxFiles, today }) {
    this.folder = folder
    this.pattern = pattern
    this.limit = bytes(maxSize)
    this.maxFiles = maxFiles
    this.today = today
    this.audit = path.join(folder, `.${pattern.replace('%DATE%', 'audit')}.json`)
    this.files = this._known()
    this._open(this._newest())
  }

  write (line) {
    if (this.pattern.replace('%DATE%', this.today()) !== this.base) this._rotate(0)
    else if (this.size >= this.limit) this._rotate(this.number + 1)
    const text = Buffer.from(`${line}\n`)
    fs.writeSync(this.descriptor, text)
    this.size += text.length
  }

  _open (number) {
    this.base = this.pattern.replace('%DATE%', this.today())
    this.number = number
    this.file = path.join(this.folder, number ? `${this.base}.${number}` : this.base)
    this.descriptor = fs.openSync(this.file, 'a')
    this.size = fs.fstatSync(this.descriptor).size
    if (!this.files.includes(this.file)) this.files.push(this.file)
    this._forgetOldest()
    fs.writeFileSync(this.audit, JSON.stringify({ keep: { amount: this.maxFiles }, files: this.files }))
  }

  _rotate (number) {
    const full = this.file
    fs.closeSync(this.descriptor)
    this._open(number)
    fs.writeFileSync(`${full}.gz`, zlib.gzipSync(fs.readFileSync(full)))
    fs.unlinkSync(full)
  }

  _forgetOldest () {
    while (this.files.length > this.maxFiles) {
      const oldest = this.files.shift()
      for (const name of [oldest, `${oldest}.gz`]) fs.rmSync(name, { force: true })
    }
  }

  /** Where a restart goes on: the file with the highest number of today's. */
  _newest () {
    const base = this.pattern.replace('%DATE%', this.today())
    const numbers = fs.readdirSync(this.folder)
      .filter((name) => name === base || name.startsWith(`${base}.`))
      .map((name) => Number(name.slice(base.length + 1).replace(/\.?gz$/, '')))
    return Math.max(0, ...numbers)
  }

  _known () {
    try {
      return JSON.parse(fs.readFileSync(this.audit, 'utf8')).files
    } catch {
      return []
    }
  }
}

module.exports = { LogFile, bytes }
