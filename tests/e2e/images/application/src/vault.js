// What lies encrypted in Redis. With another ENCRYPTION_KEY nothing of it can be read: decrypting throws.
const crypto = require('crypto')
const { encryptionKey } = require('./settings')

const key = crypto.scryptSync(encryptionKey || '', 'upstream accounts', 32)

/** Text to "iv:tag:data" in hex, by AES-256-GCM. */
function encrypt (text) {
  const iv = crypto.randomBytes(12)
  const cipher = crypto.createCipheriv('aes-256-gcm', key, iv)
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return [iv, cipher.getAuthTag(), data].map((part) => part.toString('hex')).join(':')
}

function decrypt (text) {
  const [iv, tag, data] = text.split(':').map((part) => Buffer.from(part, 'hex'))
  const decipher = crypto.createDecipheriv('aes-256-gcm', key, iv)
  decipher.setAuthTag(tag)
  return Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8')
}

/** What an API key is found by; it changes with ENCRYPTION_KEY too. */
const fingerprint = (apiKey) => crypto.createHash('sha256').update(apiKey + encryptionKey).digest('hex')

module.exports = { encrypt, decrypt, fingerprint }
