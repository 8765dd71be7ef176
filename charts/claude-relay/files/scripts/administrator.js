// Writes the administrator's name and password into /app/data/init.json, where the application reads them at each start.
// If the file is missing, the application's own set-up writes it, and prints the password. A file that is there is left as
// it is: it may hold a password that was changed in the web page. It becomes visible whole, or not at all.
const fs = require('fs')
const path = require('path')

const file = path.join(process.argv[2] || '/app/data', 'init.json')
const { ADMIN_USERNAME: adminUsername, ADMIN_PASSWORD: adminPassword } = process.env

if (fs.existsSync(file)) {
  console.log(`${file} is there already: the administrator's name and password are those in it`)
} else if (!adminUsername || !adminPassword) {
  console.error('ADMIN_USERNAME or ADMIN_PASSWORD is empty: set both in the Secret that the variables come from')
  process.exit(1)
} else {
  const init = { initializedAt: new Date().toISOString(), adminUsername, adminPassword, version: '1.0.0' }
  const temporary = `${file}.${process.pid}`
  fs.writeFileSync(temporary, JSON.stringify(init, null, 2), { mode: 0o660 })
  try {
    fs.linkSync(temporary, file) // fails if another pod was quicker
    console.log(`${file} is written from the Secret`)
  } catch (error) {
    if (error.code === 'EEXIST') {
      console.log(`${file} was written by another pod meanwhile`)
    } else { // some file systems have no links
      fs.copyFileSync(temporary, file, fs.constants.COPYFILE_EXCL)
    }
  } finally {
    fs.unlinkSync(temporary)
  }
}
