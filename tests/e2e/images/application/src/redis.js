// A client of Redis: one connection, commands by promise, and reconnecting by itself once it was connected. The first
// connection has to succeed. Protocol: RESP2, https://redis.io/docs/latest/develop/reference/protocol-spec/
const net = require('net')
const tls = require('tls')

const RETRY_MILLISECONDS = 500
const CONNECT_MILLISECONDS = 10000

/** One reply at the start of `buffer` and where it ends; undefined while it is not whole. */
function read (buffer, start = 0) {
  const end = buffer.indexOf('\r\n', start)
  if (end < 0) return undefined
  const line = buffer.toString('utf8', start + 1, end)
  const next = end + 2
  switch (String.fromCharCode(buffer[start])) {
    case '+': return { value: line, next }
    case '-': return { error: new Error(line), next }
    case ':': return { value: Number(line), next }
    case '$': {
      const length = Number(line)
      if (length < 0) return { value: null, next }
      if (buffer.length < next + length + 2) return undefined
      return { value: buffer.toString('utf8', next, next + length), next: next + length + 2 }
    }
    case '*': {
      const items = []
      let position = next
      for (let index = 0; index < Number(line); index++) {
        const item = read(buffer, position)
        if (!item) return undefined
        items.push(item.error || item.value)
        position = item.next
      }
      return { value: items, next: position }
    }
    default: throw new Error(`not the protocol of Redis: ${line.slice(0, 20)}`)
  }
}

class Redis {
  constructor (options, log) {
    this.options = options
    this.log = log
    this.waiting = []
    this.connected = false
    this.ended = false
  }

  /** Connect and log in; throws what Redis or the network answers. */
  async connect () {
    await this._open()
    const { password, database } = this.options
    try {
      if (password) await this._login(password)
      await this._send(['SELECT', String(database)])
    } catch (error) {
      this.socket.destroy()
      throw error
    }
    this.connected = true
    this.socket.once('close', () => this._reconnect())
  }

  /** Redis' answer; throws its refusal, and at once while there is no connection. */
  async command (...words) {
    if (!this.connected) throw new Error('there is no connection to Redis')
    return this._send(words.map(String))
  }

  /** The keys that match a pattern. */
  async keys (pattern) {
    const found = new Set()
    let cursor = '0'
    do {
      const [next, keys] = await this.command('SCAN', cursor, 'MATCH', pattern, 'COUNT', 500)
      keys.forEach((key) => found.add(key))
      cursor = next
    } while (cursor !== '0')
    return [...found]
  }

  /** A hash as an object; null where there is none. */
  async hash (key) {
    const flat = await this.command('HGETALL', key)
    if (!flat.length) return null
    return Object.fromEntries(flat.flatMap((item, index) => (index % 2 ? [] : [[item, flat[index + 1]]])))
  }

  async setHash (key, object) {
    await this.command('HSET', key, ...Object.entries(object).flat())
  }

  end () {
    this.ended = true
    this.connected = false
    this.socket.end()
  }

  async _login (password) {
    try {
      await this._send(['AUTH', password])
    } catch (error) {
      // Redis has no password: the application warns and goes on.
      if (!/without any password configured|no password is set/.test(error.message)) throw error
      this.log.warn('Redis asks for no password, though one is given')
    }
  }

  _open () {
    const { host, port, tls: encrypted } = this.options
    return new Promise((resolve, reject) => {
      const options = { host, port, servername: net.isIP(host) ? undefined : host }
      const socket = encrypted ? tls.connect(options) : net.connect(options)
      this.socket = socket
      let received = Buffer.alloc(0)
      let failure = new Error('the connection to Redis was closed')
      socket.setKeepAlive(true, 5000)
      socket.setTimeout(CONNECT_MILLISECONDS, () => socket.destroy(new Error('Redis does not answer in time')))
      socket.once(encrypted ? 'secureConnect' : 'connect', () => {
        socket.setTimeout(0)
        resolve()
      })
      socket.on('error', (error) => { failure = error })
      socket.on('close', () => {
        reject(failure)
        this.waiting.splice(0).forEach((waiting) => waiting.reject(failure))
      })
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk])
        for (let reply = read(received); reply; reply = read(received)) {
          received = received.subarray(reply.next)
          const waiting = this.waiting.shift()
          if (reply.error) waiting.reject(reply.error)
          else waiting.resolve(reply.value)
        }
      })
    })
  }

  _send (words) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject })
      this.socket.write(
        `*${words.length}\r\n` + words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')
      )
    })
  }

  async _reconnect () {
    this.connected = false
    if (this.ended) return
    this.log.error('Redis is lost; reconnecting')
    while (!this.ended && !this.connected) {
      try {
        await this.connect()
        this.log.info('Redis is back')
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS))
      }
    }
  }
}

module.exports = { Redis, read }
