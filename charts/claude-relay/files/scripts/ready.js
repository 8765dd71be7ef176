// Readiness: the application answers and so does its Redis. GET /health has status 200 also when Redis is down, so the
// answer's body is what counts. Run inside the application's container: node ready.js ADDRESS
const http = require('http')

const fail = (reason) => {
  console.error(reason)
  process.exit(1)
}

http
  .get(`http://${process.argv[2]}/health`, { timeout: 4000 }, (answer) => {
    let body = ''
    answer.setEncoding('utf8')
    answer.on('data', (chunk) => { body += chunk })
    answer.on('end', () => {
      try {
        const redis = JSON.parse(body).components.redis.status
        if (answer.statusCode !== 200) fail(`the application answers ${answer.statusCode}`)
        if (redis !== 'healthy') fail(`Redis is ${redis}`)
      } catch (error) {
        fail(`/health is not what it should be: ${error.message}`)
      }
    })
  })
  .on('timeout', () => fail('the application does not answer in time'))
  .on('error', (error) => fail(`the application does not answer: ${error.message}`))
