// The least that passes requests on in Node: no judgement, no token, no record. Argument: the port behind.
import { Agent, request as ask, createServer } from 'node:http'

const agent = new Agent({ keepAlive: true })
const server = createServer((request, response) => {
  const { method, url: path, headers } = request
  const asked = ask({ host: '127.0.0.1', port: process.argv[2], path, method, headers, agent }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers)
    answer.pipe(response)
  })
  asked.on('error', () => response.destroy())
  request.pipe(asked)
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`))
