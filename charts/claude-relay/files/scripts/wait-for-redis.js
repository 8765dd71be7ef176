// Waits until Redis answers PING, logged in as the application will be. Each change of what is wrong is one line of log:
// an operator reads there why the pod does not start. The password is never printed.
const net = require('net')
const tls = require('tls')

const { REDIS_HOST: host, REDIS_PORT: port, REDIS_PASSWORD: password, REDIS_DB: database, REDIS_ENABLE_TLS: encrypted } = process.env
const command = (...words) =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`

let last = ''
const retry = (reason) => {
  if (reason !== last) console.log(`waiting for Redis at ${host}:${port}: ${reason}`)
  last = reason
  setTimeout(attempt, 2000)
}

function attempt () {
  const options = { host, port: Number(port), servername: net.isIP(host) ? undefined : host }
  const socket = encrypted === 'true' ? tls.connect(options) : net.connect(options)
  let settled = false
  const settle = (reason) => {
    if (settled) return
    settled = true
    clearTimeout(limit)
    socket.destroy()
    if (reason) return retry(reason)
    console.log(`Redis at ${host}:${port} answers`)
  }
  let answer = ''
  const limit = setTimeout(() => settle('no answer within 5 seconds'), 5000)
  socket.on('error', (error) => settle(error.message || error.code))
  socket.on('close', () => settle('the connection was closed'))
  socket.on('data', (chunk) => {
    answer += chunk
    // A password that Redis does not ask for is no obstacle: the application logs a warning and goes on.
    const refusal = answer.replace(/^-ERR .*(without any password configured|no password is set).*\r\n/m, '').match(/^-(.*)\r\n/m)
    if (refusal) settle(`it answers: ${refusal[1]}`)
    else if (answer.endsWith('+PONG\r\n')) settle()
  })
  socket.write((password ? command('AUTH', password) : '') + command('SELECT', database) + command('PING'))
}

// As process 1 it would ignore the signal and hold up the pod's end.
process.on('SIGTERM', () => process.exit(143))
attempt()
