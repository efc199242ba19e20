import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { httpServer, listen } from '../../world/loopback-server.ts'
import { startTempoApi } from '../../world/tempo-api.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const trace = makeTrace({ seed: 7 })
let world: World
let file: string
beforeEach(async () => {
  world = await openWorld({ columns: 80 })
  file = join(world.home, 'checkout.json')
  await writeFile(file, JSON.stringify(toOtlpDocument([trace], 'hex')))
})
afterEach(() => world.close())

const get = (flags: string) => world.type(`ls-auth trace get ${file} ${flags}`)

it('a stretch of time: only what ran in it, on an axis that counts as before', async () => {
  const { stdout } = await get('--from 100ms --to 140ms')
  expect(stdout).toMatch(/│100ms .*│120ms/)
  expect(stdout).toMatch(/\d+ of 48 spans shown \(--from 100ms --to 140ms\); without these flags, all/)
  const lines = (await get('--from 100ms --to 140ms -o ndjson')).stdout.trim().split('\n')
  const { startTimeUnixNano } = JSON.parse((await get('-o json')).stdout)
  for (const line of lines) {
    const span = JSON.parse(line)
    const start = Number(BigInt(span.startTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6
    expect(start).toBeLessThanOrEqual(140)
    expect(start + Number(span.durationNanos) / 1e6).toBeGreaterThanOrEqual(100)
  }
})

it('the same stretch by the calendar', async () => {
  const { startTimeUnixNano } = JSON.parse((await get('-o json')).stdout)
  const at = (millis: number) =>
    new Date(Number(BigInt(startTimeUnixNano) / 1_000_000n) + millis).toISOString()
  const byClock = await get(`--from ${at(100)} --to ${at(140)}`)
  const rows = (text: string) => text.split('\n').filter((line) => /[━█┄]/.test(line)).length
  expect(rows(byClock.stdout)).toBe(rows((await get('--from 100ms --to 140ms')).stdout))
})

it.each([60, 80, 120])('in %i columns a stretch shows each failure that is in it', async (columns) => {
  const sized = await openWorld({ columns })
  for (const stretch of ['--from 305ms --to 318ms', '--from 311ms --to 330ms', '--from 54ms --to 57ms']) {
    const { stdout } = await sized.type(`ls-auth trace get ${file} ${stretch}`)
    const rows = stdout.split('\n\n').find((part) => /^[ a-z]+│\d/.test(part)) ?? ''
    const failed = rows.split('\n').filter((row) => /^[│├└ ]*✗ /.test(row))
    expect(failed.length).toBeGreaterThan(1)
    // The mark before the name, and that of the bar.
    for (const row of failed) expect(row).toMatch(/✗ [^✗]*✗/)
  }
  await sized.close()
})

it.each([
  ['--from 1h', 'there is nothing of this trace', /It runs from 20\d\d-/],
  ['--from 140ms --to 140ms', 'there is nothing of this trace', /It runs from/],
  ['--from 140ms --to 100ms', 'the time to look at ends before it begins', /Check --from and --to/],
  ['--from soon', '--from: "soon" is no moment of a trace', /120ms/],
  ['--scale round', '--scale: "round" is not known', /Choose one of: linear/],
  ['--skew -o json', '--skew changes a drawing; -o json writes data', /Leave --skew out/],
  ['--plain -o csv', '--plain changes a drawing', /Leave --plain out/],
  ['--skew -o perfetto', '--skew changes a drawing; -o perfetto writes data', /Leave --skew out/],
  ['--details -o html', '--details changes a drawing; -o html has no rows of text', /Leave --details out/],
  ['--no-bars -o html', '--no-bars changes a drawing; -o html has no rows of text', /Leave --no-bars out/],
  ['--plain -o md', '--plain changes a drawing; -o md is one for a page', /Leave --plain out/],
  ...['--plain', '--details', '--full', '--show-ids', '--scale log', '--no-bars', '--unfold'].map(
    (flag): [string, string, RegExp] => [
      `${flag} -o agent`,
      `${flag.split(' ')[0]} changes a drawing; -o agent has one form only`,
      /Leave --[a-z-]+ out, or -o/,
    ],
  ),
])('%s is refused with what to do', async (flags, message, hint) => {
  const outcome = await get(flags)
  expect(outcome).toMatchObject({ exit: 2, stdout: '' })
  expect(outcome.stderr).toContain(message)
  expect(outcome.stderr).toMatch(hint)
})

it('a tail is clipped and said; --scale fit shows it', async () => {
  expect((await get('')).stdout).toMatch(/async tail[\s\S]*┄▶ \+/)
  expect((await get('--scale fit')).stdout).not.toMatch(/┄▶/)
  expect((await get('--scale log')).stdout).toMatch(/│0 .*│1ms .*│10ms .*│100ms/)
})

it.each([
  ['', ['┄▶'], '3 spans ran past the end of the root, by up to 141ms'],
  ['--scale fit', [], '3 spans ran past the end of the root, by up to 141ms'],
  ['--from 305ms --to 318ms', ['◀┄', '┄▶'], undefined],
  ['--from 311ms', ['◀┄', '┄▶'], '3 spans ran past the end of the root, by up to 141ms'],
  ['--error --service payment', [], undefined],
  ['--service email', ['┄▶'], '3 spans ran past the end of the root, by up to 141ms'],
  ['--depth 2', [], undefined],
  ['--attr http.route=/similar', [], undefined],
  ['--no-bars', [], '3 spans ran past the end of the root, by up to 141ms'],
])('%s: the arrows that are drawn are explained, and no others', async (flags, arrows, sentence) => {
  const { stdout } = await get(flags)
  const parts = stdout.split('\n\n')
  const below = parts.slice(parts.findIndex((part) => part.includes('POST /checkout   ')) + 1).join('\n')
  const explained = [...below.matchAll(/(◀┄|┄▶) [a-z]/g)].map(([, arrow]) => arrow)
  expect(explained).toEqual(arrows)
  expect(/\d+ spans? ran past .*/.exec(below)?.[0]).toBe(sentence)
})

it.each(['linear', 'critical', 'fit', 'log'])(
  '--scale %s changes the axis, not how long it took',
  async (scale) => {
    const [header, , slowest] = (await get('')).stdout.split('\n\n')
    expect(header).toContain('396ms + 141ms async tail')
    const scaled = (await get(`--scale ${scale}`)).stdout.split('\n\n')
    expect([scaled[0], scaled[2]]).toEqual([header, slowest])
  },
)

it.each(['linear', 'critical', 'fit', 'log'])(
  '--scale %s: a short tail is told apart, too',
  async (scale) => {
    const span = (id: string, timestamp: number, more: object) => ({
      traceId: 'ab',
      id,
      name: id,
      timestamp,
      ...more,
    })
    const spans = [
      span('c1', 1_000_000, { duration: 100_000 }),
      span('c2', 1_090_000, { parentId: 'c1', duration: 20_000 }),
    ]
    await writeFile(file, JSON.stringify(spans))
    expect((await get(`--scale ${scale}`)).stdout).toContain(' · 100ms + 10.0ms async tail · 2 spans')
    const { stdout } = await world.type(`ls-auth trace breakdown --file ${file}`)
    expect(stdout).toContain('100ms in all\n10.0ms more after the end of the root')
  },
)

it("events of a Zipkin file of OpenTelemetry's collector: their attributes are masked, exceptions shown as such", async () => {
  const annotation = (name: string, attributes: object) => ({
    timestamp: 1_000_010,
    value: `${name}|${JSON.stringify(attributes)}|0`,
  })
  const span = {
    ...{ timestamp: 1_000_000, duration: 50_000, traceId: 'ab', id: 'c1', name: 'pay', shared: false },
    localEndpoint: { serviceName: 'shop' },
    annotations: [
      annotation('login', { 'user.name': 'ada lovelace', 'session.id': 'zz91827', plan: 'gold' }),
      annotation('exception', { 'exception.type': 'CardError', 'exception.message': 'card refused' }),
    ],
    tags: { error: 'true', 'otel.status_code': 'ERROR' },
  }
  await writeFile(file, JSON.stringify([span]))
  for (const flags of ['--span c1', '-o json', '-o html', '-o md', '-o agent']) {
    const { stdout } = await get(flags)
    expect(stdout, flags).not.toMatch(/lovelace|zz91827/)
    expect(stdout, flags).toContain('card refused')
  }
  const { stdout } = await get('--span c1')
  expect(stdout).toMatch(/login\n +plan +gold\n +session\.id +\[masked\]\n +user\.name +\[masked\]\n/)
  expect(stdout).toMatch(/exception \(\+10\.0µs\)\n.*CardError/)
})

it('of the spans that have a row it is counted which began before the root', async () => {
  const span = (id: string, serviceName: string, timestamp: number) => ({
    ...{ traceId: 'ab', id, name: id, timestamp, duration: 50_000, localEndpoint: { serviceName } },
    ...(id !== 'c1' && { parentId: 'c1' }),
  })
  const spans = [
    span('c1', 'shop', 1_000_000),
    span('c2', 'cart', 990_000),
    span('c3', 'mail', 970_000),
    span('c4', 'mail', 1_010_000),
  ]
  await writeFile(file, JSON.stringify(spans))
  const notes = async (flags: string) =>
    (await get(flags)).stdout.match(/\d spans? began .* by up to [\d.]+ms/g)
  expect(await notes('')).toEqual(['2 spans began before the root, by up to 30.0ms'])
  expect(await notes('--service cart')).toEqual(['1 span began before the root, by up to 10.0ms'])
  expect(await notes('--service shop')).toBeNull()
})

it('plain text: words instead of drawing, one line for each row', async () => {
  const { stdout } = await get('--plain')
  expect(stdout).not.toMatch(/[\u2500-\u259f✗×Σ\u001b]/)
  expect(stdout).toMatch(/^ *ERROR .* {2}\d/m)
  expect(stdout).toMatch(/critical \d/)
})

it('--skew says in the header whether anything was moved', async () => {
  expect((await get('--skew')).stdout.split('\n').slice(0, 4).join('\n')).toMatch(
    /clocks (of other hosts agree|adjusted)/,
  )
  expect((await get('')).stdout).not.toContain('clocks')
})

it.each([
  ['two pods of one service', ['shop', 'shop'], ['10.0.0.1', '10.0.0.2'], true],
  ['two services on one host', ['shop', 'cart'], ['10.0.0.1', '10.0.0.1'], false],
])('--skew knows hosts of Zipkin by their addresses: %s', async (_, services, addresses, isMoved) => {
  const span = (i: 0 | 1, kind: string, timestamp: number) => ({
    ...{ traceId: 'ab', id: `c${i}`, ...(i === 1 && { parentId: 'c0' }), name: 'get', kind },
    ...{ timestamp, duration: 5_000 - i, localEndpoint: { serviceName: services[i], ipv4: addresses[i] } },
  })
  await writeFile(file, JSON.stringify([span(0, 'CLIENT', 1_900_000), span(1, 'SERVER', 1_000_000)]))
  const text = (await get('')).stdout.replace(/\s+/g, ' ')
  expect(text.includes('clocks may differ; --skew corrects them')).toBe(isMoved)
  expect((await get('--skew')).stdout).toContain(
    isMoved ? 'clocks adjusted: 1 span moved by up to 900ms' : 'no span was moved',
  )
})

it('the header names where the trace came from', async () => {
  expect((await get('')).stdout).toMatch(/file checkout\.json$/m)
  const tempo = await startTempoApi({ traces: [trace] })
  await world.writeConfig(
    `[profiles.local]\nbackend = "tempo"\napi = "${tempo.url}"\nauthorization = "none"\n`,
  )
  const { stdout } = await world.type(`ls-auth trace get ${trace.traceId}`)
  expect(stdout.split('\n').slice(0, 4).join('\n')).toMatch(/ · (Grafana )?Tempo$/m)
  await tempo.close()
})

it('a directory is called one', async () => {
  await mkdir(join(world.home, 'traces.json'))
  for (const path of [join(world.home, 'traces.json'), world.home]) {
    const outcome = await world.type(`ls-auth trace get ${path}`)
    expect(outcome).toMatchObject({ exit: 2, stdout: '' })
    expect(outcome.stderr).toContain('is a directory, not a file with a trace\nhint: ')
  }
})

it('a trace that says no time is not from 1970', async () => {
  const span = { traceId: 'ab', id: 'cd', name: 'x', duration: 5000, localEndpoint: { serviceName: 'shop' } }
  await writeFile(file, JSON.stringify([span]))
  const { stdout } = await get('')
  expect(stdout).toContain('no start time')
  expect(stdout).not.toContain('1970')
})

it('one span is not counted as spans: of a trace in a file, and of those without a time', async () => {
  const span = (more: object) => ({ traceId: 'ab', name: 'x', duration: 5000, timestamp: 1000, ...more })
  await writeFile(file, JSON.stringify([span({ id: 'cd' }), span({ traceId: 'ba', id: 'ce' })]))
  const { exit, stderr } = await get('--trace ff')
  expect(exit).toBe(7)
  expect(stderr).toContain('000ab  1 span\n')
  const untimed = (id: string) => span({ id, parentId: 'cd', timestamp: undefined })
  await writeFile(file, JSON.stringify([span({ id: 'cd' }), untimed('ce'), untimed('cf')]))
  expect((await get('')).stdout).toContain('2 spans without a start time: shown at the start of the parent')
  // Below the span the time is that of its part alone.
  const part = untimed('ce')
  await writeFile(
    file,
    JSON.stringify([span({ id: 'cd' }), part, span({ id: 'cf', parentId: 'ce', timestamp: 3000 })]),
  )
  const { stdout } = await get('--span ce')
  expect(stdout).toContain('without a start time: shown at the start of the parent')
  expect(stdout).toContain('1 span without a start time: shown at the start of this part')
})

describe('a service that the trace has not', () => {
  it.each(['', '-o json', '-o csv', '--plain'])(
    '%s: exit 7, with the name that is near and those that are there',
    async (flags) => {
      const { exit, stdout, stderr } = await get(`--service paymnet ${flags}`)
      expect({ exit, stdout }).toEqual({ exit: 7, stdout: '' })
      expect(stderr.replace(/\\?"/g, "'")).toMatch(/no span of service 'paymnet'/)
      expect(stderr).toMatch(/Did you mean payment\? Its services: cart, checkout, email, frontend,/)
    },
  )

  it('none is near: those that are there', async () => {
    const { stderr } = await get('--service nosuch')
    expect(stderr).not.toMatch(/Did you mean/)
    expect(stderr).toMatch(/Its services: cart, checkout,/)
  })

  it('it is not below the span that was asked for: said of that span, not of the trace', async () => {
    const { spanId } = trace.spans.find(({ name }) => name === 'POST card-network') as { spanId: string }
    for (const flags of ['', '-o csv']) {
      const { exit, stdout, stderr } = await get(`--span ${spanId} --service cart ${flags}`)
      expect({ exit, stdout }).toEqual({ exit: 7, stdout: '' })
      expect(stderr).toContain(`no span of service "cart" in span ${spanId} and below`)
      expect(stderr).toContain('The services there: ')
    }
  })

  it('one that is there with no span that fits: said, and no verdict on the others', async () => {
    const { exit, stdout } = await get('--service shipping --error')
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^No span fits\.\n0 of 48 spans shown \(--error --service shipping\)/m)
    expect(stdout).not.toMatch(/slowest by self time|critical path/)
  })
})

describe('what to type next, for a person at a terminal', () => {
  it('names the span that failed and the errors alone, with the flags that matter', async () => {
    world.watched = true
    const { stdout, stderr } = await get('--min 1ms --scale fit')
    const failed = /POST card-network +payment +([0-9a-f]{16})/.exec(stdout)?.[1]
    expect(stderr).toBe(
      `one span:     ls-auth trace get ${file} --scale fit --span ${failed}\n` +
        `errors only:  ls-auth trace get ${file} --min 1ms --scale fit --error\n`,
    )
    for (const line of stderr.trim().split('\n')) {
      expect(await world.type(line.slice(line.indexOf('ls-auth')))).toMatchObject({ exit: 0 })
    }
  })

  it.each(['--error --quiet', '-o md', '-o json'])('%s: nothing', async (flags) => {
    world.watched = true
    expect((await get(flags)).stderr).not.toMatch(/ls-auth trace get/)
  })

  it('in a script nothing is said', async () => {
    expect((await get('')).stderr).toBe('')
  })

  it('a search names the first trace of its list', async () => {
    world.watched = true
    const { stderr } = await world.type(`ls-auth trace search --file ${file} --error`)
    expect(stderr).toMatch(/^look at one: {2}ls-auth trace get \S+checkout\.json --trace [0-9a-f]{32}$/m)
    expect(await world.type(stderr.slice(stderr.indexOf('ls-auth')).trim())).toMatchObject({ exit: 0 })
  })
})

it.each(['00fb86738b', '00fb86738b42c835484f'])(
  '%s is cut off: said before anything is asked',
  async (id) => {
    const tempo = await startTempoApi({ traces: [trace] })
    await world.writeConfig(
      `[profiles.local]\nbackend = "tempo"\napi = "${tempo.url}"\nauthorization = "none"\n`,
    )
    const { exit, stderr } = await world.type(`ls-auth trace get ${id}`)
    expect(exit).toBe(2)
    expect(stderr).toMatch(
      /is too short for an id: it has (10|20) digits\nhint: A trace id has 32 or 16 hex digits/,
    )
    expect(tempo.requests).toEqual([])
    await tempo.close()
  },
)

describe('an id as it is on the clipboard', () => {
  const { traceId } = trace
  const xray = `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`
  it.each([
    `trace_id=${traceId}`,
    `'traceparent: 00-${traceId}-00f067aa0ba902b7-01'`,
    `'b3: ${traceId}-00f067aa0ba902b7-1'`,
    `'X-Amzn-Trace-Id: Root=${xray};Sampled=1'`,
    `'"traceId": "${traceId}",'`,
    `'[${traceId}].'`,
    `'12:01 ERROR pay trace_id=${traceId} span_id=00f067aa0ba902b7 msg=x'`,
    `'<http://tracing.example:16686/trace/${traceId}>'`,
    `tracing.example:16686/trace/${traceId}`,
    `'/${Buffer.from(`fc${traceId.slice(2)}`, 'hex')
      .toString('base64')
      .slice(1)}'`,
  ])('%s', async (typed) => {
    const wanted = typed.startsWith("'/") ? { ...trace, traceId: `fc${traceId.slice(2)}` } : trace
    const tempo = await startTempoApi({ traces: [wanted] })
    await world.writeConfig(
      `[profiles.local]\nbackend = "tempo"\napi = "${tempo.url}"\nauthorization = "none"\n`,
    )
    const outcome = await world.type(`ls-auth trace get ${typed}`)
    expect(outcome).toMatchObject({ exit: 0, stderr: '' })
    expect(outcome.stdout).toContain(`trace ${wanted.traceId} `)
    await tempo.close()
  })
})

it('a search by a service that the source has not names the one that is near', async () => {
  const search = (flags: string) => world.type(`ls-auth trace search --file ${file} ${flags}`)
  expect(await search('--service paymnet')).toMatchObject({
    exit: 0,
    stderr: 'note: file checkout.json knows no service "paymnet"; did you mean payment?\n',
  })
  const { stderr } = await search('--service nosuch')
  expect(stderr).toContain(`"nosuch": ls-auth services --file ${file} lists them\n`)
  expect((await search('--service shipping --error')).stderr).toBe('')
  expect((await search('--service paymnet --json')).stderr).toBe('')
})

it('a search that found nothing and cannot say whether there is such a service prints no "nothing"', async () => {
  const jaeger = await listen(
    httpServer(({ url }, response) => {
      const isSearch = url?.startsWith('/api/traces') === true
      response.writeHead(isSearch ? 200 : 500, { 'content-type': 'application/json' })
      response.end(isSearch ? '{"data":[]}' : '{"errors":[{"code":500,"msg":"storage is down"}]}')
    }),
  )
  const at = `--backend jaeger --api http://127.0.0.1:${jaeger.port} --authorization none`
  const outcome = await world.type(`ls-auth trace search --service checkout ${at}`)
  await jaeger.close()
  expect(outcome).toMatchObject({ exit: 6, stdout: '' })
  expect(outcome.stderr).toContain('HTTP 500')
})

it('the kinds of spans: listed, searched by, and named where a value is none', async () => {
  const { stdout } = await world.type(`ls-auth attributes span.kind --file ${file}`)
  expect(stdout.trim().split('\n')).toEqual([...new Set(trace.spans.map(({ kind }) => kind))].sort())
  const wrong = await world.type(`ls-auth trace search --file ${file} --attr span.kind=SERVER`)
  expect(wrong).toMatchObject({ exit: 0, stdout: 'No traces found.\n' })
  expect(wrong.stderr).toContain(
    'note: "SERVER" is no kind of span. The kinds are unspecified, internal, server,',
  )
  expect((await world.type(`ls-auth trace search --file ${file} --attr span.kind=server`)).stderr).toBe('')
})

it('an attribute that no span of a file carries: the hint can be pasted', async () => {
  const none = await world.type(`ls-auth attributes nope --file ${file}`)
  expect(none).toMatchObject({ exit: 7, stdout: '' })
  expect(none.stderr).toContain(`hint: See: ls-auth attributes --file ${file}\n`)
})
