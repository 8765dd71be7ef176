// A double of claude-relay-service for end-to-end tests: it does what the chart relies on as the application does it
// (start, /health, /metrics and their spellings, credentials in Redis, encrypted accounts, streams, log files, SIGTERM),
// and nothing else. It has no rate limits, no web interface and one kind of upstream account.
const crypto = require('crypto')
const fs = require('fs')
const http = require('http')
const net = require('net')
const path = require('path')
const log = require('./log')
const settings = require('./settings')
const { Redis } = require('./redis')
const { router } = require('./routing')

const FORCED_EXIT_MILLISECONDS = 10000
const START_MILLISECONDS = 4000
const BODY_BYTES = 1024 ** 2

const redis = new Redis(settings.redis, log)
const parts = { redis, log }
const admin = require('./admin')(parts)
const routeOf = router([...require('./pages')(parts).routes, ...admin.routes, ...require('./relay')(parts).routes])

async function bodyOf (request) {
  let text = ''
  for await (const chunk of request) {
    text += chunk
    if (text.length > BODY_BYTES) throw new Error('the body is too large')
  }
  return text ? JSON.parse(text) : {}
}

/** The client's address; behind a proxy that is trusted, the one that it says. */
function clientOf (request) {
  const forwarded = settings.trustProxy && request.headers['x-forwarded-for']
  return forwarded ? forwarded.split(',').pop().trim() : request.socket.remoteAddress
}

const EMOJI = { error: '❌', warn: '⚠️ ', info: '' }
const LONGEST_BODY = 50 * 1024
const CUT_BODY = 10 * 1024

/** A body as the log has it: an object, or the beginning of its text where it is long. */
function logged (body) {
  const text = JSON.stringify(body)
  return text.length > LONGEST_BODY ? text.slice(0, CUT_BODY) : body
}

/** The access line: with whole bodies. /health writes none. */
function logAccess ({ method, target, headers, client, requestId, begun }, response, bodies) {
  if (target === '/health') return
  const { statusCode: status } = response
  const level = status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info'
  const bytes = response.getHeader('content-length') || 0
  const details = { requestId }
  if (method !== 'GET' && bodies.request && Object.keys(bodies.request).length) details.req = logged(bodies.request)
  if (target.includes('?')) details.query = target.slice(target.indexOf('?') + 1)
  if (bodies.answer) details.res = logged(bodies.answer)
  if (bodies.key) details.key = bodies.key
  Object.assign(details, { ip: client, ua: headers['user-agent'] || 'unknown', referer: headers.referer || 'none' })
  log[level](`${EMOJI[level]} ${status} ${method} ${target}  ${Date.now() - begun}ms ${bytes}B`, details)
}

async function answer (request, response) {
  const { method, url: target, headers } = request
  const about = { method, target, headers, client: clientOf(request), begun: Date.now() }
  about.requestId = crypto.randomBytes(8).toString('hex').slice(0, 11)
  const bodies = {}
  response.on('close', () => logAccess(about, response, bodies))
  const reply = (status, object) => {
    const text = JSON.stringify(object)
    bodies.answer = object
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) })
    response.end(text)
  }
  const handler = routeOf(method, target)
  if (!handler) return reply(404, { error: 'Not Found', message: `Route ${target} not found` })
  try {
    bodies.request = await bodyOf(request)
  } catch {
    return reply(400, { error: 'Invalid JSON' })
  }
  try {
    await handler({ target, headers, body: bodies.request, reply, response, client: about.client, bodies })
  } catch (error) {
    log.error(`request failed: ${error.message}`, { stack: error.stack })
    if (!response.headersSent) reply(500, { error: 'Internal Server Error' })
  }
}

/** What a start leaves in the folders: without a folder that it can write, the application does not start. */
function writeFiles () {
  const pricing = JSON.stringify({ double: { input_cost_per_token: 0 } })
  fs.mkdirSync(settings.dataFolder, { recursive: true })
  fs.writeFileSync(path.join(settings.dataFolder, 'model_pricing.json'), pricing)
  fs.writeFileSync(
    path.join(settings.dataFolder, 'model_pricing.sha256'),
    crypto.createHash('sha256').update(pricing).digest('hex')
  )
  fs.mkdirSync(settings.tempFolder, { recursive: true })
  fs.writeFileSync(path.join(settings.tempFolder, 'started'), new Date().toISOString())
}

async function deleteCounters (pattern) {
  const keys = await redis.keys(pattern)
  if (keys.length) await redis.command('DEL', ...keys)
}

function stopWith (server) {
  const stop = (signal) => {
    log.info(`🛑 Received ${signal}, starting graceful shutdown...`)
    setTimeout(() => {
      log.warn('forced shutdown')
      process.exit(1)
    }, FORCED_EXIT_MILLISECONDS)
    // As in Node.js 18, which the image has: idle connections stay, and the server waits for them.
    net.Server.prototype.close.call(server, async () => {
      try {
        await deleteCounters('concurrency:*')
      } catch (error) {
        log.error(`counters are left: ${error.message}`)
      }
      redis.end()
      log.info('shutdown completed')
      process.exit(0)
    })
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => stop(signal))
  for (const kind of ['uncaughtException', 'unhandledRejection']) {
    process.on(kind, (error) => {
      log.uncaught(kind, error)
      stop(kind)
    })
  }
}

/** As the application: it tries for some seconds, then gives up. Redis that hangs keeps it waiting without end. */
async function connect () {
  const last = Date.now() + START_MILLISECONDS
  for (;;) {
    try {
      return await redis.connect()
    } catch (error) {
      if (Date.now() > last) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

async function start () {
  writeFiles()
  await connect()
  await admin.loadCredentials()
  if (settings.clearQueues) await deleteCounters('concurrency:queue:*')
  const server = http.createServer(answer)
  // As the application: longer than any proxy waits.
  server.keepAliveTimeout = 605000
  server.listen(settings.port, settings.host, () => log.info(`listening on ${settings.host}:${server.address().port}`))
  stopWith(server)
}

start().catch((error) => {
  log.error(`cannot start: ${error.message || error.code}`)
  process.exit(1)
})
