// An upstream that the application relays to. POST /v1/messages answers with the key that came along; with "stream" it
// sends an event every 100 ms until somebody asks for /finish, and then the last one.
const http = require('http')

const open = new Set()

function stream (response) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  let number = 0
  const send = () => response.write(`event: ping\ndata: {"type":"ping","number":${number++}}\n\n`)
  const timer = setInterval(send, 100)
  const finish = () => {
    response.end('event: message_stop\ndata: {"type":"message_stop"}\n\n')
  }
  open.add(finish)
  response.on('close', () => {
    clearInterval(timer)
    open.delete(finish)
  })
  send()
}

http
  .createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => { body += chunk })
    request.on('end', () => {
      if (request.url === '/finish') {
        response.end(`${open.size}\n`)
        open.forEach((finish) => finish())
      } else if (JSON.parse(body || '{}').stream) {
        stream(response)
      } else {
        const key = request.headers['x-api-key'] || (request.headers.authorization || '').replace(/^Bearer /, '')
        const usage = { input_tokens: 1, output_tokens: 1 }
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ type: 'message', role: 'assistant', content: [{ type: 'text', text: key }], usage }))
      }
    })
  })
  .listen(Number(process.argv[2] || 8080), function () { console.log(`listening on ${this.address().port}`) })

process.on('SIGTERM', () => process.exit(0))
