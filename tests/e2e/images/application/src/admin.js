// The administrator: credentials in Redis, logging in, upstream accounts and API keys.
const crypto = require('crypto')
const fs = require('fs')
const path = require('path')
const { encrypt, fingerprint } = require('./vault')
const settings = require('./settings')

const CREDENTIALS = 'session:admin_credentials'
const CREDENTIALS_SECONDS = 24 * 3600
const INIT = path.join(settings.dataFolder, 'init.json')
const hashed = (password, salt) => crypto.scryptSync(password, salt, 32).toString('hex')

module.exports = ({ redis, log }) => {
  /** Each start copies the credentials of init.json into Redis: the last pod that started decides. */
  async function loadCredentials () {
    const init = JSON.parse(fs.readFileSync(INIT, 'utf8'))
    const salt = crypto.randomBytes(16).toString('hex')
    await redis.command('DEL', CREDENTIALS)
    await redis.setHash(CREDENTIALS, { username: init.adminUsername, salt, passwordHash: hashed(init.adminPassword, salt) })
    await redis.command('EXPIRE', CREDENTIALS, CREDENTIALS_SECONDS)
    log.info('✅ Admin credentials loaded from init.json (single source of truth)', { type: 'success' })
    log.info(`📋 Admin username: ${init.adminUsername}`)
  }

  /** The credentials in Redis, read from the pod's own init.json again where they are gone. */
  async function credentials () {
    if (!await redis.hash(CREDENTIALS)) await loadCredentials()
    return redis.hash(CREDENTIALS)
  }

  async function login ({ body, reply }) {
    const { username, password } = body
    if (!username || !password) return reply(400, { error: 'Missing credentials' })
    const known = await credentials()
    if (!known || known.username !== username || known.passwordHash !== hashed(String(password), known.salt)) {
      log.security(`🔒 Failed login attempt for username: ${username}`)
      return reply(401, { error: 'Invalid credentials' })
    }
    const token = crypto.randomBytes(32).toString('hex')
    await redis.setHash(`session:${token}`, { username, loginTime: new Date().toISOString() })
    // The setting is in milliseconds, and the application hands it on as seconds.
    await redis.command('EXPIRE', `session:${token}`, settings.sessionTimeout)
    log.info(`✅ Admin login successful: ${username}`, { type: 'success' })
    return reply(200, { success: true, token, expiresIn: settings.sessionTimeout, username })
  }

  /** A new password goes into init.json first: where that cannot be written, the old one stays. */
  async function changePassword ({ body, reply }) {
    const init = JSON.parse(fs.readFileSync(INIT, 'utf8'))
    if (body.currentPassword !== init.adminPassword) return reply(401, { error: 'Invalid current password' })
    const changed = { ...init, adminPassword: body.newPassword, updatedAt: new Date().toISOString() }
    try {
      fs.writeFileSync(INIT, JSON.stringify(changed, null, 2))
    } catch {
      return reply(500, { error: 'Update failed', message: 'Failed to update configuration file' })
    }
    await loadCredentials()
    return reply(200, { success: true, message: 'Password changed successfully. Please login again.' })
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
    log.info(`✅ 🏢 Admin created Claude Console account: ${name}`, { type: 'success' })
    // What the application writes where an account logs in by OAuth.
    log.authDetail('Token refresh response', { access_token: apiKey, account: name })
    log.tokenRefresh('info', 'token_refresh_start', { accountId: id, accountName: name, platform: 'claude' })
    const error = { message: 'connect ECONNREFUSED 127.0.0.1:8082', code: 'ECONNREFUSED' }
    log.tokenRefresh('error', 'token_refresh_error', { accountId: id, accountName: name, platform: 'claude', error })
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
      ['POST', '/web/auth/change-password', loggedIn(changePassword)],
      ['GET', '/admin/claude-console-accounts', loggedIn(listAccounts)],
      ['POST', '/admin/claude-console-accounts', loggedIn(createAccount)],
      ['POST', '/admin/api-keys', loggedIn(createApiKey)],
      ['GET', '/admin/*', loggedIn(({ reply, target }) => reply(404, { error: 'Not Found', message: `Route ${target} not found` }))]
    ]
  }
}
