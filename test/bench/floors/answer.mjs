// An API that costs as little as Node can: a small answer, 1 GB for a path that says so, and whatever is sent is read.
import { createServer } from 'node:http'

const SMALL = '{"traces":[]}'
const BIG = 2 ** 30
const PART = Buffer.alloc(64 * 1024, 'x')

const server = createServer((request, response) => {
  if (request.method === 'POST') return request.resume().on('end', () => response.end(SMALL))
  if (!request.url.includes('big')) {
    return response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': SMALL.length })
      .end(SMALL)
  }
  let left = BIG
  const more = () => {
    for (; left > 0; ) {
      left -= PART.length
      if (!response.write(PART)) return response.once('drain', more)
    }
    response.end()
  }
  more()
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`))
