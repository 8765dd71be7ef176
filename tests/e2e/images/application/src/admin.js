// The administrator: credentials in Redis, logging in, upstream accounts and API keys.
const crypto = require('crypto')
const fs = require('fs')
const path = require('path')
const { encrypt, fingerprint } = require('./vault')
const settings = require('./settings')

const CREDENTIALS = 'session:admin_credentials'
const hashed = (password, salt) => crypto.scryptSync(password, salt, 32).toString('hex')

module.exports = ({ redis, log }) => {
  /** Each start copies the credentials of init.json into Redis: the last pod that started decides. */
  async function loadCredentials () {
    const init = JSON.parse(fs.readFileSync(path.join(settings.dataFolder, 'init.json'), 'utf8'))
    const salt = crypto.randomBytes(16).toString('hex')
    await redis.command('DEL', CREDENTIALS)
    await redis.setHash(CREDENTIALS, { username: init.adminUsername, salt, passwordHash: hashed(init.adminPassword, salt) })
    log.info('administrator read from init.json', { username: init.adminUsername })
  }

  async function login ({ body, reply, client }) {
    const { username, password } = body
    if (!username || !password) return reply(400, { error: 'Missing credentials' })
    const known = await redis.hash(CREDENTIALS)
    if (!known || known.username !== username || known.passwordHash !== hashed(String(password), known.salt)) {
      log.security('login refused', { username, client })
      return reply(401, { error: 'Invalid credentials' })
    }
    const token = crypto.randomBytes(32).toString('hex')
    await redis.setHash(`session:${token}`, { username, loginTime: new Date().toISOString() })
    await redis.command('PEXPIRE', `session:${token}`, settings.sessionMilliseconds)
    log.info('administrator logged in', { username })
    return reply(200, { success: true, token, expiresIn: settings.sessionMilliseconds, username })
  }

  /** Wraps a handler: only for who is logged in. */
  const loggedIn = (handler) => async (request) => {
    const token = (request.headers.authorization || '').replace(/^Bearer /, '')
    const session = /^[0-9a-f]{64}$/.test(token) && await redis.hash(`session:${token}`)
    return session ? handler(request) : request.reply(401, { error: 'Invalid admin token' })
  }

  async function createAccount ({ body, reply }) {
    const { name, apiUrl, apiKey } = body
    if (!name || !apiUrl || !apiKey) return reply(400, { error: 'Name, API URL and API Key are required' })
    const id = crypto.randomUUID()
    await redis.setHash(`claude_console_account:${id}`, { id, name, apiUrl, apiKey: encrypt(apiKey) })
    log.info('upstream account created', { name })
    // The application writes such an answer where an account logs in by OAuth.
    log.authDetail('upstream account', { access_token: apiKey, account: name })
    return reply(200, { success: true, data: { id, name, apiUrl } })
  }

  async function listAccounts ({ reply }) {
    const keys = await redis.keys('claude_console_account:*')
    const accounts = await Promise.all(keys.map((key) => redis.hash(key)))
    return reply(200, { success: true, data: accounts.map(({ id, name, apiUrl }) => ({ id, name, apiUrl })) })
  }

  async function createApiKey ({ body, reply }) {
    if (!body.name) return reply(400, { error: 'Name is required' })
    const id = crypto.randomUUID()
    const apiKey = settings.apiKeyPrefix + crypto.randomBytes(32).toString('hex')
    await redis.setHash(`apikey:${id}`, { id, name: body.name })
    await redis.command('HSET', 'apikey:hash_map', fingerprint(apiKey), id)
    return reply(200, { success: true, data: { id, name: body.name, apiKey } })
  }

  return {
    loadCredentials,
    routes: [
      ['POST', '/web/auth/login', login],
      ['GET', '/admin/claude-console-accounts', loggedIn(listAccounts)],
      ['POST', '/admin/claude-console-accounts', loggedIn(createAccount)],
      ['POST', '/admin/api-keys', loggedIn(createApiKey)],
      ['GET', '/admin/*', loggedIn(({ reply, target }) => reply(404, { error: 'Not Found', message: `Route ${target} not found` }))]
    ]
  }
}
