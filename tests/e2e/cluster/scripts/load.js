// Load: node load.js URL CLIENTS. Each client sends GET after GET, over a new connection each, until standard input ends.
// Prints "under way" after the first answer, and in the end {"requests": N, "lost": [what happened, …]} on one line.
const http = require('http')

const [url, clients] = process.argv.slice(2)
const lost = []
let requests = 0
let going = true

function once () {
  return new Promise((resolve) => {
    const begun = new Date().toISOString()
    const settle = (problem) => {
      if (problem) lost.push(`${begun}: ${problem}`)
      else if (requests === 0) console.log('under way')
      requests++
      resolve()
    }
    const request = http.get(url, { agent: false, timeout: 20000 }, (answer) => {
      answer.resume()
      answer.on('aborted', () => settle('the answer was cut off'))
      answer.on('end', () => { if (answer.complete) settle(answer.statusCode === 200 ? '' : `status ${answer.statusCode}`) })
    })
    request.on('timeout', () => request.destroy(new Error('no answer within 20 s')))
    request.on('error', (error) => settle(error.message))
  })
}

async function client () {
  while (going) await once()
}

process.stdin.on('end', () => { going = false }).resume()
Promise.all(Array.from({ length: Number(clients) }, client)).then(() => {
  console.log(JSON.stringify({ requests, lost: lost.slice(0, 20) }))
})
