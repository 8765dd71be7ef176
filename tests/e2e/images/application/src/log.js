// The log: a tree for people on the console, a line of JSON in files, in the configured time zone and without an offset. The
// files about token refreshes are JSON over many lines, in UTC.
const fs = require('fs')
const path = require('path')
const { LogFile } = require('./log_files')
const settings = require('./settings')

const LEVELS = ['error', 'warn', 'info', 'debug']
const EMPTY = ['exceptions.log', 'rejections.log', 'token-refresh.log', 'token-refresh-error.log']

const stamp = () => new Date(Date.now() + settings.hoursEast * 3600000).toISOString().slice(0, 19).replace('T', ' ')
const today = () => stamp().slice(0, 10)

fs.mkdirSync(settings.logFolder, { recursive: true })
for (const name of EMPTY) fs.closeSync(fs.openSync(path.join(settings.logFolder, name), 'a'))

const file = (pattern) =>
  new LogFile(settings.logFolder, pattern, { maxSize: settings.logMaxSize, maxFiles: settings.logMaxFiles, today })
const all = file('claude-relay-%DATE%.log')
const errors = file('claude-relay-error-%DATE%.log')
const security = file('claude-relay-security-%DATE%.log')
const authDetail = file('claude-relay-auth-detail-%DATE%.log')

function log (level, message, details = {}) {
  if (LEVELS.indexOf(level) > LEVELS.indexOf(settings.logLevel)) return
  const ts = stamp()
  const line = JSON.stringify({ ts, lvl: level, msg: message, ...details })
  all.write(line)
  if (level === 'error') errors.write(line)
  const time = ts.slice(11)
  const entries = Object.entries(details)
  const branches = entries.map(
    ([key, value], index) => `\n${' '.repeat(9)}${index === entries.length - 1 ? '└─' : '├─'} ${key}: ${JSON.stringify(value)}`
  )
  console.log(`${time} ${message}${branches.join('')}`)
}

module.exports = {
  error: (message, details) => log('error', message, details),
  warn: (message, details) => log('warn', message, details),
  info: (message, details) => log('info', message, details),
  debug: (message, details) => log('debug', message, details),
  /** Also into the file of its own. */
  security (message, details = {}) {
    log('warn', message, { type: 'security', ...details })
    security.write(JSON.stringify({ ts: stamp(), lvl: 'warn', msg: message, type: 'security', ...details }))
  },
  /** A summary into the log, the whole answer into the file that nobody may ship. */
  authDetail (message, data) {
    log('info', message, { type: 'auth-detail', summary: { hasAccessToken: Boolean(data.access_token) } })
    authDetail.write(JSON.stringify({ ts: stamp(), lvl: 'info', msg: message, data }))
  },
  /** An event of a token refresh, `details` beside it; one that failed also into the file of errors. */
  tokenRefresh (level, event, details) {
    const timestamp = new Date().toISOString()
    const record = { message: { event, ...details, timestamp }, level, timestamp: timestamp.replace('T', ' ').replace('Z', '') }
    const names = ['token-refresh.log', ...(level === 'error' ? ['token-refresh-error.log'] : [])]
    for (const name of names) fs.appendFileSync(path.join(settings.logFolder, name), `${JSON.stringify(record, null, 2)}\n`)
  },
  /** What nobody caught: into the log with its stack, and into a file of its own. */
  uncaught (kind, error) {
    const file = kind === 'uncaughtException' ? 'exceptions.log' : 'rejections.log'
    const text = { ts: stamp(), lvl: 'error', msg: `${kind}: ${error.message}\n${error.stack}`, error: {}, stack: error.stack }
    fs.appendFileSync(path.join(settings.logFolder, file), `${JSON.stringify(text)}\n`)
    log('error', `💥 ${kind}: ${error.message}`, { stack: error.stack })
  }
}
