// The relay: a request with an API key goes to the upstream account, whose own key is decrypted for it; the answer comes
// back as it arrives, so that a stream is a stream.
const crypto = require('crypto')
const http = require('http')
const https = require('https')
const { decrypt, fingerprint } = require('./vault')
const settings = require('./settings')

/** What the application logs of a failed call: the whole error of Axios, with the request's headers and body. */
function axiosError (error, target, options, body) {
  const data = JSON.stringify(body)
  const request = { _header: JSON.stringify(options.headers), _requestBodyBuffers: [{ data: [...Buffer.from(data)].slice(0, 200) }] }
  const { message, code, errno, syscall, address, port, stack } = error
  const config = { url: target, method: 'post', headers: options.headers, data }
  return { port, address, syscall, code, errno, name: 'AxiosError', config, request, cause: { message }, stack }
}

module.exports = ({ redis, log }) => {
  async function callerOf (headers) {
    const key = headers['x-api-key'] || (headers.authorization || '').replace(/^Bearer /, '')
    return key ? redis.command('HGET', 'apikey:hash_map', fingerprint(key)) : null
  }

  async function messages ({ headers, body, reply, response, bodies }) {
    const caller = await callerOf(headers)
    if (!caller) return reply(401, { error: 'Invalid API key' })
    bodies.key = `user (${caller})`
    const [account] = await redis.keys('claude_console_account:*')
    if (!account) return reply(503, { error: 'No available Claude accounts' })
    const { name, apiUrl, apiKey } = await redis.hash(account)
    let key
    try {
      key = decrypt(apiKey)
    } catch {
      log.error(`❌ Cannot decrypt the upstream account ${name}`)
      return reply(500, { error: 'Relay service error' })
    }
    const counter = `concurrency:${caller}`
    const member = crypto.randomUUID()
    await redis.command('ZADD', counter, Date.now() + settings.requestMilliseconds, member)
    try {
      await relayed({ name, address: apiUrl, key, body, reply, response })
    } finally {
      await redis.command('ZREM', counter, member).catch(() => {}) // Redis may be gone: the shutdown deletes all counters
    }
  }

  function relayed ({ name, address, key, body, reply, response }) {
    const base = address.replace(/\/$/, '')
    const target = base.endsWith('/v1/messages') ? base : `${base}/v1/messages`
    const options = { method: 'POST', timeout: settings.requestMilliseconds, headers: { 'content-type': 'application/json' } }
    Object.assign(options.headers, key.startsWith('sk-ant-') ? { 'x-api-key': key } : { authorization: `Bearer ${key}` })
    return new Promise((resolve) => {
      const upstream = (target.startsWith('https:') ? https : http).request(target, options, (answer) => {
        const passed = { 'content-type': answer.headers['content-type'] || 'application/json', 'cache-control': 'no-cache' }
        response.writeHead(answer.statusCode, { ...passed, 'x-accel-buffering': 'no' })
        response.flushHeaders()
        answer.pipe(response)
      })
      upstream.on('timeout', () => upstream.destroy(new Error('no answer in time')))
      upstream.on('error', (error) => {
        log.error(`❌ Claude Console stream relay failed (Account: ${name}): ${error.message}`, axiosError(error, target, options, body))
        if (response.headersSent) response.destroy()
        else reply(502, { error: 'Upstream service error' })
      })
      response.on('close', () => {
        upstream.destroy()
        resolve()
      })
      upstream.end(JSON.stringify(body))
    })
  }

  return { routes: ['/api', '/claude'].map((prefix) => ['POST', `${prefix}/v1/messages`, messages]) }
}
