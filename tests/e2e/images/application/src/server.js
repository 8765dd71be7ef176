// A double of claude-relay-service for end-to-end tests: it does what the chart relies on as the application does it
// (start, /health, /metrics and their spellings, credentials in Redis, encrypted accounts, streams, log files, SIGTERM),
// and nothing else. It has no rate limits, no web interface and one kind of upstream account.
const crypto = require('crypto')
const fs = require('fs')
const http = require('http')
const path = require('path')
const log = require('./log')
const settings = require('./settings')
const { Redis } = require('./redis')
const { router } = require('./routing')

const FORCED_EXIT_MILLISECONDS = 10000
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

async function answer (request, response) {
  const { method, url: target, headers } = request
  const client = clientOf(request)
  const begun = Date.now()
  response.on('close', () => {
    const { statusCode: status } = response
    log.info(`${method} ${target} - ${status} (${Date.now() - begun}ms)`, { type: 'request', method, url: target, status, client })
  })
  const reply = (status, object) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
    response.end(JSON.stringify(object))
  }
  const handler = routeOf(method, target)
  if (!handler) return reply(404, { error: 'Not Found', message: `Route ${target} not found` })
  let body
  try {
    body = await bodyOf(request)
  } catch {
    return reply(400, { error: 'Invalid JSON' })
  }
  try {
    await handler({ target, headers, body, reply, response, client })
  } catch (error) {
    log.error('request failed', { url: target, error: error.message })
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
    log.info(`received ${signal}, shutting down`)
    setTimeout(() => {
      log.warn('forced shutdown')
      process.exit(1)
    }, FORCED_EXIT_MILLISECONDS)
    server.close(async () => {
      try {
        await deleteCounters('concurrency:*')
      } catch (error) {
        log.error('counters are left', { error: error.message })
      }
      redis.end()
      log.info('shutdown completed')
      process.exit(0)
    })
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => stop(signal))
}

async function start () {
  writeFiles()
  await redis.connect()
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
