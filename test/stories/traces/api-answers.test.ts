import { createServer } from 'node:net'
import { importPKCS8, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../../world/loopback-server.ts'
import { openStage, type Stage } from '../../world/stage.ts'
import type { TraceApiMode } from '../../world/trace-api.ts'
import { withHostileText } from '../../world/trace-data.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  expect((await stage.world.type(stage.login())).exit).toBe(0)
})
afterAll(() => stage.close())
afterEach(() => {
  stage.api.mode = 'normal'
  stage.api.traces = [stage.trace]
})
const get = (id = stage.spanId, flags = '') => stage.world.type(`ls-auth trace get ${id} ${flags}`)

describe('each answer of the API has its own words and exit status', () => {
  const answers: [TraceApiMode, number, RegExp][] = [
    ['rate-limited', 6, /limits requests.*\nhint: Try again in \d+[sm]\.\n {2}limit \d+, 0 left/],
    ['server-error', 6, /failed \(HTTP 500\)/],
    ['plain-text', 6, /failed \(HTTP \d+\)\nhint: .*\n {2}\S/],
    ['message-body', 11, /denied you access \(HTTP 403\)[\s\S]*Your role does not allow this/],
    ['html', 3, /answered with a web page instead of traces\nhint: Sign in again/],
    ['redirect', 3, /redirects to another page instead of traces/],
    [
      'gone',
      7,
      /says this organization or project is gone \(HTTP 410\)\nhint: Lightstep ended on 1 March 2026.*also reads Tempo, Jaeger, Zipkin, Dash0 and Azure Monitor\.\n/,
    ],
    ['not-json', 6, /did not answer with JSON/],
    ['huge', 6, /is larger than \d+ bytes/],
  ]
  it.each(answers)('%s → exit %i', async (mode, exit, words) => {
    stage.api.mode = mode
    const outcome = await get()
    expect(outcome.stderr).toMatch(words)
    expect(outcome).toMatchObject({ exit, stdout: '' })
  })

  it.each([
    ['changes the protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
    ['says nothing and closes', ''],
    ['stops in the middle', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data":'],
  ])('a server that %s: exit 6, and nothing on stdout', async (_, words) => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => (words.includes('101') ? socket.write(words) : socket.end(words)))
    })
    const { port, close } = await listen(server)
    const { variables } = stage.world
    variables.LS_AUTH_TOKEN = 'some-token'
    try {
      const outcome = await get(stage.spanId, `--api http://127.0.0.1:${port}`)
      expect(outcome).toMatchObject({ exit: 6, stdout: '' })
      expect(outcome.stderr).toMatch(/^error: the connection to 127\.0\.0\.1:\d+ broke/)
    } finally {
      delete variables.LS_AUTH_TOKEN
      await close()
    }
  })

  it('text of a hostile trace cannot steer the terminal, drawn or as JSON', async () => {
    stage.api.traces = [withHostileText(stage.trace)]
    for (const flags of ['', '-o json']) {
      const { exit, stdout } = await get(stage.spanId, flags)
      expect(exit).toBe(0)
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
    }
  })
})

describe('a server that echoes what it was sent', () => {
  it.each([401, 403, 404, 500])('does not get the token into an error (HTTP %i)', async (status) => {
    const { createServer } = await import('node:http')
    const server = createServer((request, response) => {
      const said = String(request.headers.authorization)
      response.writeHead(status, {
        'www-authenticate': `Bearer error="invalid_token", error_description="${said}"`,
      })
      response.end(JSON.stringify({ errors: [said] }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    stage.world.variables.LS_AUTH_TOKEN = 'SEKRIT-TOKEN-12345'
    const outcome = await get(stage.spanId, `--backend lightstep --api http://127.0.0.1:${port}`)
    const printed = await stage.world.type('ls-auth token --header')
    delete stage.world.variables.LS_AUTH_TOKEN
    server.close()
    // A token of LS_AUTH_TOKEN that is refused is as one that has expired.
    expect(outcome.exit).toBe({ 401: 3, 403: 11, 404: 7, 500: 6 }[status])
    expect(outcome.stdout + outcome.stderr).not.toContain('SEKRIT')
    expect(printed.stdout).toBe('Authorization: Bearer SEKRIT-TOKEN-12345\n')
  })

  it.each(['zipkin', 'jaeger', 'tempo'])('does not get the token into a trace (%s)', async (backend) => {
    const { createServer } = await import('node:http')
    const server = createServer((request, response) => {
      const token = String(request.headers.authorization).replace('Bearer ', '')
      const id = stage.trace.traceId
      const span = { traceId: id, id: 'aa00000000000001', name: token, tags: { error: `no ${token} here` } }
      const zipkin = [{ ...span, timestamp: 1, duration: 2, localEndpoint: { serviceName: token } }]
      const jaegerSpan = { traceID: id, spanID: span.id, operationName: token, startTime: 1, duration: 2 }
      const processes = { p1: { serviceName: token } }
      const jaeger = { data: [{ traceID: id, spans: [{ ...jaegerSpan, processID: 'p1' }], processes }] }
      const otlpSpan = {
        traceId: id,
        spanId: span.id,
        name: token,
        startTimeUnixNano: '1',
        endTimeUnixNano: '2',
      }
      const resource = { attributes: [{ key: 'service.name', value: { stringValue: token } }] }
      const tempo = { trace: { resourceSpans: [{ resource, scopeSpans: [{ spans: [otlpSpan] }] }] } }
      // JSON may write "/" as "\/".
      const json = JSON.stringify({ zipkin, jaeger, tempo }[backend]).replaceAll('/', '\\/')
      response.writeHead(200, { 'content-type': 'application/json' }).end(json)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    stage.world.variables.LS_AUTH_TOKEN = 'SEKRIT/TOKEN-12345'
    const ways = ['', '-o json', '-o otlp', '-o agent']
    const typed = (flags: string) =>
      get(stage.trace.traceId, `${flags} --backend ${backend} --api http://127.0.0.1:${port}`)
    const outcomes: Awaited<ReturnType<typeof typed>>[] = []
    for (const way of ways) outcomes.push(await typed(way))
    delete stage.world.variables.LS_AUTH_TOKEN
    server.close()
    for (const { exit, stdout, stderr } of outcomes) {
      expect(exit, stderr).toBe(0)
      expect(stdout + stderr).not.toContain('SEKRIT')
    }
  })
})

describe('denied', () => {
  it('403 names the scope that is required and those that are held', async () => {
    const narrow = await openStage()
    await narrow.world.type(narrow.login().replace(' traces:read', ''))
    const outcome = await narrow.world.type(`ls-auth trace get ${narrow.spanId}`)
    expect(outcome.exit).toBe(11)
    expect(outcome.stderr).toContain('required scope: traces:read')
    expect(outcome.stderr).toMatch(/held scope: openid profile email/)
    await narrow.close()
  })

  it('401 on a locally valid token: renewed once, tried once more, then exit 11 with what is known', async () => {
    const other = await openStage({ gateway: { audience: 'api://something-else' } })
    await other.world.type(other.login())
    const before = other.provider.refreshCount()
    const outcome = await other.world.type(`ls-auth trace get ${other.spanId}`)
    expect(outcome.exit).toBe(11)
    expect(outcome.stderr).toContain('HTTP 401')
    expect(outcome.stderr).toContain('held audience: api://traces')
    expect(other.provider.refreshCount()).toBe(before + 1)
    expect(other.gateway.log.filter(({ status }) => status === 401)).toHaveLength(2)
    await other.close()
  })

  it('a token of somebody else in LS_AUTH_TOKEN is refused by the gateway, and nothing is renewed', async () => {
    const { privateKey } = (await import('node:crypto')).generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = await importPKCS8(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 'RS256')
    const forged = await new SignJWT({ scope: 'traces:read', client_id: 'x' })
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt' })
      .setIssuer(stage.provider.issuer)
      .setSubject('mallory')
      .setAudience('api://traces')
      .setExpirationTime('1h')
      .sign(key)
    stage.world.variables.LS_AUTH_TOKEN = forged
    const before = stage.provider.refreshCount()
    const outcome = await get()
    const whoami = await stage.world.type('ls-auth whoami --verify')
    const check = await stage.world.type('ls-auth check --scope traces:read')
    delete stage.world.variables.LS_AUTH_TOKEN
    expect(outcome.exit).toBe(3)
    expect(stage.provider.refreshCount()).toBe(before)
    expect(whoami.stdout).toContain('SIGNATURE WRONG')
    expect(check.exit).toBe(5)
    expect(outcome.stderr + whoami.stdout + check.stdout).not.toContain(forged)
  })
})

describe('an answer of the wrong shape is exit 6, never "nothing there"', () => {
  it.each([
    ['tempo', '/api/search', 'trace search --service x'],
    ['tempo', '', 'services'],
    ['jaeger', '', 'trace search --service x'],
    ['jaeger', '', 'services'],
  ])('%s%s: %s', async (backend, _, command) => {
    const { createServer } = await import('node:http')
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('[[{"id":1}]]')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    await stage.world.editConfig(
      (text) =>
        `${text}\n[profiles.wrong]\nbackend = "${backend}"\nauthorization = "none"\napi = "http://127.0.0.1:${port}"\n`,
    )
    const outcome = await stage.world.type(`ls-auth ${command} --profile wrong`)
    await stage.world.editConfig((text) => text.slice(0, text.indexOf('\n[profiles.wrong]')))
    server.close()
    expect(outcome.exit).toBe(6)
    expect(outcome.stdout).toBe('')
  })
})
