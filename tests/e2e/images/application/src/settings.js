// Settings from the environment, and the folders, which lie beside src/.
const path = require('path')

const env = process.env
const root = path.resolve(__dirname, '..')
const number = (name, otherwise) => (env[name] ? Number(env[name]) : otherwise)
// The application reads these with `parseInt(…) || default`, so that 0 is the default.
const numberButZero = (name, otherwise) => parseInt(env[name]) || otherwise

module.exports = {
  dataFolder: path.join(root, 'data'),
  logFolder: path.join(root, 'logs'),
  tempFolder: path.join(root, 'temp'),
  host: env.HOST || '0.0.0.0',
  port: number('PORT', 3000),
  encryptionKey: env.ENCRYPTION_KEY,
  apiKeyPrefix: env.API_KEY_PREFIX || 'cr_',
  sessionTimeout: numberButZero('ADMIN_SESSION_TIMEOUT', 86400000),
  requestMilliseconds: number('REQUEST_TIMEOUT', 600000),
  trustProxy: env.TRUST_PROXY === 'true',
  clearQueues: env.CLEAR_CONCURRENCY_QUEUES_ON_STARTUP !== 'false',
  hoursEast: numberButZero('TIMEZONE_OFFSET', 8),
  logLevel: env.LOG_LEVEL || 'info',
  logMaxSize: env.LOG_MAX_SIZE || '10m',
  logMaxFiles: numberButZero('LOG_MAX_FILES', 5),
  redis: {
    host: env.REDIS_HOST || '127.0.0.1',
    port: number('REDIS_PORT', 6379),
    password: env.REDIS_PASSWORD || '',
    database: number('REDIS_DB', 0),
    tls: env.REDIS_ENABLE_TLS === 'true'
  }
}
