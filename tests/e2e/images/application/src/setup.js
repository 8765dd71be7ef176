// The set-up before the first start: the administrator's name and password, given or random, into init.json. It prints
// the password, as the application does.
const crypto = require('crypto')
const fs = require('fs')
const path = require('path')
const { dataFolder } = require('./settings')

const name = process.env.ADMIN_USERNAME || `cr_admin_${crypto.randomBytes(4).toString('hex')}`
const password = process.env.ADMIN_PASSWORD || crypto.randomBytes(12).toString('base64url')

fs.mkdirSync(dataFolder, { recursive: true })
fs.writeFileSync(
  path.join(dataFolder, 'init.json'),
  JSON.stringify({ initializedAt: new Date().toISOString(), adminUsername: name, adminPassword: password, version: '1.0.0' }, null, 2)
)
console.log(`administrator: ${name}\npassword: ${password}`)
