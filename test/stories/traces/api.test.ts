import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createSocketServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { listen } from '../../world/loopback-server.ts'
import { openWorld, type World } from '../../world/world.ts'

interface Asked {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const TOKEN = 'a.token.of-alice'
const GOOD = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"well": true}' }

let world: World
let server: Server
let origin: string
let asked: Asked[] = []
let answer: { status: number; headers: Record<string, string>; body: string | Buffer } = GOOD
let sendsDate = true
beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      const { method, url, headers } = request
      asked.push({ method, url, headers, body: Buffer.concat(parts).toString() })
      response.sendDate = sendsDate
      response.writeHead(answer.status, answer.headers).end(answer.body)
    })
  })
  origin = `http://127.0.0.1:${(await listen(server)).port}`
  world = await openWorld({
    variables: { LS_AUTH_TOKEN: TOKEN, LS_AUTH_API: `${origin}/base`, LS_AUTH_BACKEND: 'tempo' },
    secrets: () => [TOKEN],
  })
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await world.close()
})
afterEach(() => {
  asked = []
  answer = GOOD
  sendsDate = true
  world.watched = false
  world.stdin = []
})
const api = (line: string) => world.type(`ls-auth api ${line}`)

describe('the request', () => {
  it.each([
    ['/x', 'GET', '/base/x', ''],
    ['/x?a=1&a=2&b=%2F', 'GET', '/base/x?a=1&a=2&b=%2F', ''],
    ['/a%2Fb/%20c', 'GET', '/base/a%2Fb/%20c', ''],
    ['/x?a&b=%20c&d=+e', 'GET', '/base/x?a&b=%20c&d=+e', ''],
    ['/x?a=%20 -X GET -f b=1', 'GET', '/base/x?a=%20&b=1', ''],
    ['/x -X delete', 'DELETE', '/base/x', ''],
    ['/x -f a=1 -F b=2', 'POST', '/base/x', '{"a":"1","b":2}'],
    ['/x -X PUT -F a=true', 'PUT', '/base/x', '{"a":true}'],
    ['/x -X GET -f limit=5 -f "q=a b"', 'GET', '/base/x?limit=5&q=a+b', ''],
    ['/x -X GET -f a=b -f a=c', 'GET', '/base/x?a=b&a=c', ''],
    ['/x?z=1 -X GET -F l[]=1 -F l[]=2', 'GET', '/base/x?z=1&l%5B%5D=1&l%5B%5D=2', ''],
  ])('%s', async (line, method, url, body) => {
    expect(await api(line)).toMatchObject({ exit: 0, stdout: GOOD.body, stderr: '' })
    expect(asked).toMatchObject([{ method, url, body, headers: { authorization: `Bearer ${TOKEN}` } }])
  })

  it('takes a field from a file', async () => {
    const file = join(world.home, 'query.txt')
    await writeFile(file, '{ .service.name = "x" }')
    await api(`/x -F q=@${file}`)
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ q: '{ .service.name = "x" }' })
  })

  it('carries the tenant of the profile, and headers of the person', async () => {
    await api('/x --tenant blue -H "Accept: text/csv" -H x-a:1')
    expect(asked[0]?.headers).toMatchObject({ 'x-scope-orgid': 'blue', accept: 'text/csv', 'x-a': '1' })
  })

  it('goes to the API by its whole address, too', async () => {
    expect((await api(`${origin}/base/x?y=1`)).exit).toBe(0)
    expect(asked[0]?.url).toBe('/base/x?y=1')
  })
})

describe('nothing is sent', () => {
  it.each([
    [
      'https://evil.example/base/x',
      10,
      /evil\.example is not the API of this profile[\s\S]*No token was sent/,
    ],
    ['http://127.0.0.1:1/base/x', 10, /is not the API of this profile/],
    ['//evil.example/x', 2, /is not a path of the API/],
    ['/\\\\evil.example/x', 2, /is not a path of the API/],
    ['/x/../..//evil.example/', 2, /is not a path of the API/],
    ['/x/%2e%2E//evil.example/', 2, /is not a path of the API/],
    ['/..\\\\\\\\evil.example/', 2, /is not a path of the API/],
    ['http://user:secret@127.0.0.1/x', 2, /is not a path of the API/],
    ['x', 2, /is not a path\nhint: Begin it with \//],
    ['ftp://x/y', 2, /is not a path/],
    ['/x -X "GET /y HTTP/1.1"', 2, /is not a method/],
    ['/x -H "Authorization: Bearer x"', 2, /-H: Authorization is set by ls-auth/],
    ['/x -H "Host: evil.example"', 2, /-H: Host is set by ls-auth/],
    ['/x -H "X-Scope-OrgID: red"', 2, /-H: X-Scope-OrgID is set by ls-auth/],
    [
      '/x -H "Accept-Encoding: zstd"',
      2,
      /^error: -H: Accept-Encoding is set by ls-auth\nhint: Remove it\. .*\n$/,
    ],
    ['/x -f a=b -f a=c', 2, /^error: the field a is given twice\nhint: A list is -f 'key\[\]=….*\n$/],
    ['/x -f a[b]=1 -F a[b]=2', 2, /the field a\[b\] is given twice/],
    ['/x -X PATCH -F a=null -F a=null', 2, /the field a is given twice/],
    ['/x -H "Cookie: a=b"', 2, /^error: -H: Cookie is never sent\nhint: Remove it\. .*\n$/],
    [
      '/x -H "X-HTTP-Method-Override: PUT"',
      2,
      /-H: X-HTTP-Method-Override is never sent\n.*the method \(-X\)/,
    ],
    ['/x -f a', 2, /-f: "a" is not key=value/],
    ['/x --input - -X GET', 2, /^error: GET sends no body, .*\nhint: Leave out --input or -X GET, .*\n$/],
    ['/x --input /nonexistent/body -X head', 2, /HEAD sends no body, but --input gives one/],
    ['/x --input /nonexistent/body', 2, /there is no file/],
    ['/x -F a=@/nonexistent/body', 2, /there is no file/],
    ['/x --input /tmp', 2, /cannot read \/tmp \(EISDIR\)/],
    ['/x -F a=@/tmp', 2, /cannot read \/tmp \(EISDIR\)/],
    ['', 2, /missing required argument 'path'/],
  ])('ls-auth api %s', async (line, exit, words) => {
    const outcome = await api(line)
    expect(outcome).toMatchObject({ exit, stdout: '' })
    expect(outcome.stderr).toMatch(words)
    expect(asked).toEqual([])
  })
})

describe('the answer', () => {
  it('is printed as it came, also when it is no text', async () => {
    answer = { status: 200, headers: { 'content-type': 'application/x-protobuf' }, body: '\x1b[31mred\r\n' }
    expect(await api('/x')).toMatchObject({ exit: 0, stdout: '\x1b[31mred\r\n' })
    answer = { status: 204, headers: {}, body: '' }
    expect(await api('/x')).toMatchObject({ exit: 0, stdout: '', stderr: '' })
  })

  it('comes after status and headers with -i', async () => {
    const { stdout } = await api('/x -i')
    expect(stdout).toMatch(
      /^HTTP\/1\.1 200 OK\n(?:[\w-]+: .*\n)*content-type: application\/json\n(?:[\w-]+: .*\n)*\n\{"well": true\}$/,
    )
  })

  it.each([
    ['1.0', '200 OK', 'HTTP/1.0 200 OK'],
    ['1.1', '200 ', 'HTTP/1.1 200 '],
    ['1.1', '200 Tr\xe8s \x9b31m', 'HTTP/1.1 200 Très \\u{9b}31m'],
    ['1.1', `403 not with ${TOKEN}`, 'HTTP/1.1 403 not with [token]'],
  ])('begins with -i by the status line of the server: %s %j', async (version, status, line) => {
    const raw = createSocketServer((socket) => {
      socket
        .on('error', () => {})
        .once('data', () => {
          socket.end(`HTTP/${version} ${status}\r\ncontent-length: 2\r\n\r\n{}`, 'latin1')
        })
    })
    const listening = await listen(raw)
    onTestFinished(() => listening.close())
    world.variables.LS_AUTH_API = `http://127.0.0.1:${listening.port}`
    const { stdout } = await api('/x -i')
    world.variables.LS_AUTH_API = `${origin}/base`
    expect(stdout.split('\n')[0]).toBe(line)
  })
})

describe('where nobody signs in', () => {
  it.each([
    ['a redirect', { status: 302, headers: { location: '/elsewhere' }, body: '' }],
    ['a web page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }],
  ])('%s is not answered by a sign-in: exit 6', async (_, given) => {
    answer = given
    const { exit, stderr } = await api('/x --authorization none')
    expect(stderr).toMatch(/another page|a web page/)
    expect(stderr).toContain('\nhint: Check that api points at the API, not a page.\n')
    expect(stderr).not.toContain('login')
    expect(exit).toBe(6)
    expect((await api('/x')).exit).toBe(3)
  })
})
