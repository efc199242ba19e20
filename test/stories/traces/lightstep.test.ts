import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { startTraceApi, type TraceApi, type TraceApiMode } from '../../world/trace-api.ts'
import { makeTrace, type TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const KEY = 'a-key-that-is-the-token'
const trace = makeTrace({ seed: 7 })
const root = trace.spans.find((span) => span.parentId === undefined && span.service === 'frontend')
const rootId = root?.spanId as string
const MISSING = '0123456789abcdef0123456789abcdef'
const NOW = Date.parse('2026-09-22T18:00:00Z')

let world: World
let api: TraceApi
beforeEach(async () => {
  api = await startTraceApi({ apiKey: KEY, traces: [trace] })
  world = await openWorld({ secrets: () => [KEY] })
  world.variables.LS_AUTH_TOKEN = KEY
  world.clockOffset = NOW - Date.now()
  world.fastForward = true
  await world.writeConfig(
    `[profiles.old]\nbackend = "lightstep"\napi = "${api.url}"\norganization = "acme"\nproject = "prod"\n`,
  )
})
afterEach(() => Promise.all([api.close(), world.close()]))

const attended = () => {
  world.tty = true
  world.watched = true
}
const asked = () =>
  api.requests.map(({ method, url }) => `${method} ${url.split('/prod/')[1]?.split('?')[0]}`)

describe('a trace by its trace id takes a snapshot', () => {
  it('without a terminal and without --snapshot: exit 2 with the exact command, and nothing is sent', async () => {
    const outcome = await world.type(`ls-auth trace get ${trace.traceId} --error --profile old`)
    expect(outcome).toMatchObject({ exit: 2, stdout: '' })
    expect(outcome.stderr).toContain('Lightstep reads traces by span id, and this is a trace id')
    expect(outcome.stderr).toContain(`ls-auth trace get ${trace.traceId} --error --profile old --snapshot\n`)
    expect(outcome.stderr).toContain('60 requests an hour')
    expect(api.requests).toEqual([])
  })

  it('with --snapshot: taken, waited for, read, and the budget is said', async () => {
    api.snapshots.assembleOnDemand = true
    const outcome = await world.type(`ls-auth trace get ${trace.traceId} --snapshot --json`)
    expect(outcome).toMatchObject({ exit: 0 })
    expect(JSON.parse(outcome.stdout)).toMatchObject({ traceId: trace.traceId, spanCount: 48 })
    expect(outcome.stderr).toContain(
      `snapshot taken: see it in Lightstep's UI, at /prod/explorer?snapshot_id=snap1\nsnapshots: 57 of 60 left this hour for the organization, all back in 23m\n`,
    )
    expect(api.snapshots.taken.map(({ query }) => query)).toEqual([
      `lightstep.trace_id IN ("${trace.traceId.slice(16)}")`,
    ])
    expect(asked()).toEqual([
      'POST snapshots',
      'GET snapshots/snap1',
      'GET snapshots/snap1',
      'GET stored-traces',
    ])
    expect(world.slept.at(-1)).toBe(8000)
  })

  it('nobody is asked who may only read, by the access of the profile and the scopes of the token', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { iss: 'https://idp.example', sub: 'alice', aud: 'api', scope: 'openid traces:read' }
    world.variables.LS_AUTH_TOKEN = `${part({ alg: 'RS256', typ: 'at+jwt' })}.${part(claims)}.c2ln`
    await world.editConfig((text) => `${text}[profiles.old.access]\nwrite = { scopes = ["traces:write"] }\n`)
    for (const tty of [true, false]) {
      world.tty = tty
      world.watched = tty
      const { exit, stderr } = await world.type(`ls-auth trace get ${trace.traceId} --profile old`)
      expect(exit).toBe(11)
      expect(stderr.replaceAll(/\n {7}/g, ' ')).toMatch(
        /error: Lightstep.*; a snapshot needs the right to write, which you do not have\n/,
      )
      expect(stderr).toMatch(/required scopes: traces:write\n +held scopes: openid, traces:read/)
      expect(stderr).not.toMatch(/Take a snapshot/)
    }
    expect(api.requests).toEqual([])
  })

  it('on a terminal a person is asked: no is exit 4 and costs nothing, yes goes on', async () => {
    attended()
    world.stdin = ['']
    const no = await world.type(`ls-auth trace get ${trace.traceId}`)
    expect(no).toMatchObject({ exit: 4, stdout: '' })
    expect(no.stderr).toMatch(/1 of the 60 requests an hour[\s\S]*Take a snapshot\? \[y\/N\] /)
    expect(api.requests).toEqual([])
    world.stdin = ['y']
    expect(await world.type(`ls-auth trace get ${trace.traceId}`)).toMatchObject({ exit: 0 })
    expect(api.snapshots.taken).toHaveLength(1)
  })

  it.each([
    [
      80,
      [
        'Lightstep reads traces by span id, and this is a trace id.',
        'A snapshot can do it. It costs 1 of the 60 requests an hour of the whole',
        'organization, and up to 6 more to look at the result.',
        'y: take it and go on. n: stop; nothing is spent.',
        'Take a snapshot? [y/N] ',
      ],
    ],
    [
      60,
      [
        'Lightstep reads traces by span id, and this is a trace id.',
        'A snapshot can do it. It costs 1 of the 60 requests an hour',
        'of the whole organization, and up to 6 more to look at the',
        'result.',
        'y: take it and go on. n: stop; nothing is spent.',
        'Take a snapshot? [y/N] ',
      ],
    ],
  ])('the question at %i columns is read at once, and no is what Enter says', async (columns, lines) => {
    const narrow = await openWorld({ columns })
    onTestFinished(() => narrow.close())
    narrow.tty = true
    narrow.watched = true
    narrow.stdin = ['']
    narrow.variables.LS_AUTH_TOKEN = KEY
    await narrow.writeConfig(
      `[profiles.old]\nbackend = "lightstep"\napi = "${api.url}"\norganization = "acme"\nproject = "prod"\n`,
    )
    const { exit, stderr } = await narrow.type(`ls-auth trace get ${trace.traceId}`)
    expect(exit).toBe(4)
    expect(stderr.slice(0, lines.join('\n').length).split('\n')).toEqual(lines)
  })

  it.each([
    ['--json', ''],
    ['--quiet', ''],
    ['-o json', ''],
    ['-o ndjson', ''],
    ['', 'in a job with a terminal'],
  ])('a script at a terminal is not held up by the question: %s %s', async (flag, inJob) => {
    attended()
    if (inJob) world.variables.CI = 'true'
    world.stdin = ['y']
    const { exit, stdout, stderr } = await world.type(`ls-auth trace get ${trace.traceId} ${flag}`)
    expect({ exit, stdout }, stderr).toEqual({ exit: 2, stdout: '' })
    expect(stderr).not.toContain('Take a snapshot?')
    expect(stderr.replaceAll(/\n +/g, ' ')).toMatch(
      new RegExp(`Take a snapshot: ls-auth trace get ${trace.traceId} .*--snapshot`),
    )
    expect(api.requests).toEqual([])
  })

  it('for an id that was not copied whole no snapshot is offered', async () => {
    attended()
    const { exit, stderr } = await world.type(`ls-auth trace get ${trace.traceId.slice(0, 30)}`)
    expect(exit).toBe(7)
    expect(stderr).not.toMatch(/Take a snapshot/)
    expect(stderr).toContain('hint: The id has 30 digits: ids have 16 or 32')
    expect(api.requests).toEqual([])
  })

  it('a span that is not assembled yet: exit 7 names the way, and --snapshot is it', async () => {
    api.snapshots.assembleOnDemand = true
    const without = await world.type(`ls-auth trace get ${rootId}`)
    expect(without).toMatchObject({ exit: 7, stdout: '' })
    expect(without.stderr).toContain(`ls-auth trace get ${rootId} --snapshot`)
    expect(await world.type(`ls-auth trace get ${rootId} --snapshot`)).toMatchObject({ exit: 0 })
    expect(api.snapshots.taken.map(({ query }) => query)).toEqual([`lightstep.span_id IN ("${rootId}")`])
  })

  it('sixteen digits are those of a span: what is not found says how to ask for a trace of them', async () => {
    const half = trace.traceId.slice(16)
    const whole = half.padStart(32, '0')
    const words = `taken for the id of a span; that of a trace is given with 32 digits: ${whole}\n`
    for (const typed of [half, `0x${half}`, `trace_id=${half}`]) {
      const before = await world.type(`ls-auth trace get ${typed}`)
      expect(before).toMatchObject({ exit: 7, stdout: '' })
      expect(before.stderr).toContain(words)
    }
    expect(api.snapshots.taken).toEqual([])
    const spent = await world.type(`ls-auth trace get ${half} --snapshot`)
    expect(spent).toMatchObject({ exit: 7, stdout: '' })
    expect(spent.stderr).toContain(words)
    expect(await world.type(`ls-auth trace get ${whole} --snapshot`)).toMatchObject({ exit: 0 })
    expect(api.snapshots.taken.at(-1)?.query).toBe(`lightstep.trace_id IN ("${half}")`)
    // What names both, or has another length, is taken for nothing else.
    for (const typed of [`00-${MISSING}-${'1'.repeat(16)}-01`, MISSING])
      expect((await world.type(`ls-auth trace get ${typed} --snapshot`)).stderr).not.toContain('taken for')
  })

  it('nothing found, never ready, none left: each has its words', async () => {
    const nothing = await world.type(`ls-auth trace get ${MISSING} --snapshot`)
    expect(nothing).toMatchObject({ exit: 7, stdout: '' })
    expect(nothing.stderr).toContain('the snapshot found no span of it')
    api.snapshots.looksUntilReady = 99
    const late = await world.type(`ls-auth trace get ${trace.traceId} --snapshot`)
    expect(late).toMatchObject({ exit: 6, stdout: '' })
    expect(late.stderr).toContain('not ready in time')
    api.snapshots.left = 0
    const none = await world.type(`ls-auth trace get ${trace.traceId} --snapshot`)
    expect(none).toMatchObject({ exit: 6 })
    expect(none.stderr).toMatch(/limits requests[\s\S]*Try again in 23m\.\n {2}limit 60, 0 left/)
  })
})

describe('a look at a snapshot that fails', () => {
  const get = `ls-auth trace get ${trace.traceId} --snapshot`
  const snapshotsOf = (mode: TraceApiMode, times = 1) => {
    let failed = 0
    api.mode = (_, url) => (/snapshots\/snap/.test(url) && failed++ < times ? mode : 'normal')
  }

  const looked = (id = 'snap1') => asked().filter((one) => one === `GET snapshots/${id}`)

  it('once: it is looked at again', async () => {
    snapshotsOf('plain-text')
    const { exit, stderr } = await world.type(get)
    expect(exit, stderr).toBe(0)
    expect(api.snapshots.taken).toHaveLength(1)
  })

  it.each<[TraceApiMode, number]>([
    ['plain-text', 6],
    ['rate-limited', 1],
    ['server-error', 1],
  ])(
    'again and again: where it is to be seen is told, and no try that takes another (%s)',
    async (mode, times) => {
      snapshotsOf(mode, 99)
      const { exit, stderr } = await world.type(get)
      expect(exit).toBe(6)
      const lines = stderr.replaceAll(/\n +/g, ' ')
      expect(lines).toMatch(/error: .*; the snapshot is taken: \/prod\/explorer\?snapshot_id=snap1\n/)
      expect(lines).toMatch(/hint: See it in Lightstep's UI, at this address\. To try again takes another/)
      expect(looked()).toHaveLength(times)
    },
  )

  it.each([0, 1, 5])(
    'an empty list after %i looks: only that of the first is looked at again',
    async (looks) => {
      api.snapshots.looksUntilReady = looks
      const { exit, stderr } = await world.type(`ls-auth trace get ${MISSING} --snapshot`)
      expect(exit, stderr).toBe(7)
      expect(looked()).toHaveLength(Math.max(2, looks + 1))
    },
  )

  it('by one of many (--ids): no more requests than by one alone, and it is named', async () => {
    snapshotsOf('plain-text', 99)
    world.stdin = [trace.traceId]
    const { exit, stderr } = await world.type('ls-auth trace get --ids - -o ndjson --snapshot')
    expect(exit).toBe(6)
    expect(asked()).toHaveLength(7)
    expect(stderr).toMatch(
      RegExp(`failed: ${trace.traceId}: .*; the snapshot is taken: /prod/explorer\\?snapshot_id=snap1\n`),
    )
    expect(stderr.replaceAll(/\n +/g, ' ')).toMatch(
      /"Where a snapshot is taken, to try again takes another\. To try those again, .*--snapshot/,
    )
    await world.type('ls-auth trace why --error --service payment --snapshot')
    expect(looked('snap2')).toHaveLength(6)
  })

  it('what is taken is told before anything is waited for', async () => {
    attended()
    const { stderr } = await world.type(get)
    expect(stderr).toMatch(
      /snapshot taken: see it.*snap1\n(?:Lightstep is collecting|the snapshot is not ready)/,
    )
  })

  it('for want of rights keeps its own advice', async () => {
    snapshotsOf('message-body', 99)
    const { exit, stderr } = await world.type(get)
    expect(exit).toBe(11)
    expect(stderr.replaceAll(/\n +/g, ' ')).toMatch(
      /error: .*; the snapshot is taken: \/prod\/explorer\?snapshot_id=snap1\nhint: Ask whoever grants access/,
    )
  })
})

it('when the limit is over is told the same where the server gives a date', async () => {
  api.snapshots.tellsDate = true
  const { stderr } = await world.type(`ls-auth trace get ${trace.traceId} --snapshot`)
  expect(stderr).toMatch(/57 of 60 left this hour for the organization, all back in 23m\n/)
  api.snapshots.left = 0
  const none = await world.type(`ls-auth trace get ${trace.traceId} --snapshot`)
  expect(none.stderr).toMatch(/limits requests[\s\S]*Try again in 23m\.\n {2}limit 60, 0 left/)
})

it('an address of another project in a list is one id that fails', async () => {
  const page = (project: string, id: string) => `https://app.lightstep.com/${project}/trace?span_guid=${id}`
  world.stdin = [[page('staging', MISSING.slice(16)), page('prod', rootId)].join('\n')]
  const { exit, stdout, stderr } = await world.type('ls-auth trace get --ids - -o ndjson')
  expect(exit, stderr).toBe(7)
  expect(stdout.trim().split('\n')).toHaveLength(1)
  expect(stderr).toMatch(/failed: https.*: this address is of the project staging, and this run asks prod\n/)
})

describe('search', () => {
  const STREAM = { id: 'st1', name: 'slow\u001b[31m shop', query: '"service"  in ("frontend")' }

  it('a stream that asks the same answers for nothing', async () => {
    api.streams = [{ id: 'x', name: 'other', query: 'service IN ("cart")' }, STREAM]
    const outcome = await world.type('ls-auth trace search --service frontend --since 2d')
    expect(outcome).toMatchObject({ exit: 0 })
    expect(outcome.stdout).toMatch(new RegExp(`^${rootId} +POST /checkout `, 'm'))
    expect(outcome.stderr).toBe(
      'note: examples of the stream "slow\\u{1b}[31m shop", not all of its traces\n',
    )
    expect(asked()).toEqual(['GET streams', 'GET streams/st1/timeseries'])
    const resolution = new URL(api.requests.at(-1)?.url ?? '', api.url).searchParams.get('resolution-ms')
    expect(Number(resolution) % 15_000).toBe(0)
    expect((2 * 86_400_000) / Number(resolution)).toBeLessThanOrEqual(1440)
    const found = JSON.parse(
      (await world.type('ls-auth trace search --service frontend --since 2d --json')).stdout,
    )
    expect(found.traces[0]).toMatchObject({
      traceId: trace.traceId.slice(16),
      span: { spanId: rootId, name: 'POST /checkout' },
      startTimeUnixNano: `${root?.startMicros}000`,
    })
    expect(await world.type(`ls-auth trace get ${found.traces[0].span.spanId}`)).toMatchObject({ exit: 0 })
  })

  it('a short time is looked at whole, and nothing before it is listed', async () => {
    api.streams = [STREAM]
    const began = (root?.startMicros as number) / 1000
    const from = (millis: number) => new Date(began + millis).toISOString()
    const listed = async (oldest: number, youngest: number) =>
      (
        await world.type(
          `ls-auth trace search --service frontend --from ${from(oldest)} --to ${from(youngest)} --quiet`,
        )
      ).stdout.includes(rootId)
    expect(await listed(-5_000, 25_000)).toBe(true)
    expect(await listed(-5_000, 85_000)).toBe(true)
    expect(await listed(-61_000, 30_000)).toBe(true)
    expect(await listed(-61_000, -1_000)).toBe(false)
    // Within the window that is asked for, and before the time.
    expect(await listed(5_000, 35_000)).toBe(false)
  })

  it('a stream that has none of this time leaves the rest to a snapshot, where one is allowed', async () => {
    api.streams = [STREAM]
    const search = 'ls-auth trace search --service frontend --from 2020-01-01 --to 2020-01-02'
    const without = await world.type(search)
    expect(without.exit).toBe(0)
    expect(without.stderr).toContain('note: examples of the stream')
    expect(api.snapshots.taken).toEqual([])
    const { exit, stdout, stderr } = await world.type(`${search} --snapshot`)
    expect(exit, stderr).toBe(0)
    expect(stdout).toContain(rootId)
    expect(stderr).toContain('note: examples of recent spans')
    expect(api.snapshots.taken).toHaveLength(1)
    await world.type('ls-auth trace search --service frontend --since 2d --snapshot')
    expect(api.snapshots.taken).toHaveLength(1)
  })

  it.each([
    ['for a comparison, as the search does', 'latency > 500', 'error = true'],
    ['less than the search', 'service IN ("web")', 'service IN ("web") AND latency > 500'],
    ['more than the search', 'latency > 500 AND service IN ("web")', 'service IN ("web")'],
    ['without an operator', 'service ("web")', 'service IN ("web")'],
    ['for another key in the middle', 'a > 1 AND Env IN ("x")', 'a > 1 AND env IN ("x")'],
    ['in text that is cut off', 'service IN ("web") AND "x', 'service IN ("web")'],
    ['nothing', '', 'latency > 500'],
    ['nothing but marks', '()', ','],
  ])('a stream that asks %s is another one', async (_, query, typed) => {
    api.streams = [{ id: 'st1', name: 'Checkout latency p99', query }]
    const { exit, stdout, stderr } = await world.type(`ls-auth trace search --query '${typed}'`)
    expect({ exit, stdout }, stderr).toEqual({ exit: 2, stdout: '' })
    expect(stderr).not.toContain('Checkout')
    expect(asked()).toEqual(['GET streams'])
  })

  it.each([
    [
      'service in (web , "cart") and "http.method" IN ("GET")',
      '"http.method" IN ("GET") AND service IN (web, "cart")',
    ],
    ['"a\\"b" NOT IN ("(x) AND y")', ' "a\\"b"  not  in ( "(x) AND y" )'],
    // What is not understood is the same only letter by letter.
    ['latency > 500', ' latency > 500 '],
  ])('a stream that asks %s asks the same as %s', async (query, typed) => {
    api.streams = [{ id: 'st1', name: 'the same', query }]
    await world.type(`ls-auth trace search --query '${typed}'`)
    expect(asked()).toEqual(['GET streams', 'GET streams/st1/timeseries'])
  })

  it('else a snapshot, with leave; durations are compared here', async () => {
    const without = await world.type('ls-auth trace search --service payment --error --min 10ms')
    expect(without).toMatchObject({ exit: 2, stdout: '' })
    expect(without.stderr).toContain('trace search --service payment --error --min 10ms --snapshot')
    const outcome = await world.type(
      'ls-auth trace search --service payment --error --min 10ms --snapshot -o ndjson',
    )
    expect(outcome).toMatchObject({ exit: 0 })
    expect(outcome.stderr).toContain('note: examples of recent spans, not all of them')
    const rows = outcome.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const fitting = trace.spans.filter(
      (span) => span.service === 'payment' && span.error && span.endMicros - span.startMicros >= 10_000,
    )
    expect(rows.map(({ span }) => span.spanId).sort()).toEqual(fitting.map(({ spanId }) => spanId).sort())
    expect(rows[0]).toMatchObject({ traceId: null, startTime: null, errorCount: 1 })
    expect(api.snapshots.taken.map(({ query }) => query)).toEqual([
      'service IN ("payment") AND "error" IN ("true")',
    ])
    const list = await world.type('ls-auth trace search --service payment --snapshot --limit 1')
    expect(list.stdout.split('\n').at(-2)).toMatch(/^[0-9a-f]{16} +payment: /)
    expect(list.stderr).toContain('stopped at 1 span, ')
  })

  it('a snapshot heeds no times, so its result names none', async () => {
    const { exit, stdout, stderr } = await world.type(
      'ls-auth trace search --service payment --snapshot --from 2020-01-01 --to 2020-01-02 --json',
    )
    expect(exit, stderr).toBe(0)
    const { from, to, traces: found } = JSON.parse(stdout)
    expect(found.length).toBeGreaterThan(0)
    expect({ from, to }).toEqual({ from: null, to: null })
    expect(stderr).toContain('a snapshot heeds no times')
  })

  it.each([
    ['span.http.method=GET', '"http.method" IN ("GET")'],
    ['resource.host.name=h1', '"host.name" IN ("h1")'],
    ['.http.method=GET', '"http.method" IN ("GET")'],
    ['.kind=x', '"kind" IN ("x")'],
    ['span.kind=client', '"span.kind" IN ("client")'],
    // Lightstep has these on its spans, under their whole names.
    ['instrumentation.name=otel', '"instrumentation.name" IN ("otel")'],
    ['event.outcome=failure', '"event.outcome" IN ("failure")'],
  ])('where to look is no part of a key: --attr %s asks for %s', async (attr, query) => {
    await world.type(`ls-auth trace search --attr ${attr} --snapshot`)
    expect(api.snapshots.taken.map((one) => one.query)).toEqual([query])
  })

  it('--attr key!=value is exit 2', async () => {
    const search = 'ls-auth trace search --service web --attr span.http.method!=GET'
    const { exit, stdout, stderr } = await world.type(search)
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toMatch(/^error: Lightstep searches for equal attributes only.*\nhint: Leave out --attr/)
  })

  it('nothing named, or a query it does not take: exit 2', async () => {
    for (const command of ['search --min 1ms', 'why --error', 'breakdown']) {
      const { exit, stderr } = await world.type(`ls-auth trace ${command}`)
      expect({ exit, stderr }).toEqual({
        exit: 2,
        stderr: expect.stringMatching(/nothing is named\nhint: Add --service, --name or --attr\.\n/),
      })
    }
    // What the hint says leads on.
    const { stderr } = await world.type('ls-auth trace why --error --service frontend')
    expect(stderr).toContain(
      'hint: Take a snapshot: ls-auth trace why --error --service frontend --snapshot\n',
    )
    const refused = await world.type("ls-auth trace search --query 'spans count' --snapshot")
    expect(refused).toMatchObject({ exit: 2 })
    expect(refused.stderr).toContain('cannot parse query: spans count')
  })
})

describe('a snapshot finds spans, several of them of one trace: each is called what it is', () => {
  const told = async (line: string) => {
    const { exit, stderr } = await world.type(`ls-auth trace ${line} --snapshot`)
    // Of the snapshot itself other stories tell.
    const lines = stderr.split('\n').filter((text) => !/^snapshots?:|snapshot (taken|heeds)|^$/.test(text))
    return { exit, lines }
  }

  it('a list that stopped', async () => {
    const { lines } = await told('search --service frontend --limit 3')
    expect(lines).toEqual(['note: stopped at 3 spans, there may be more: --limit 15'])
  })

  it.each(['breakdown', 'why --error'])('%s', async (command) => {
    expect((await told(`${command} --service payment --limit 2`)).lines).toEqual([
      'note: of the first 2 spans that were found, in 1 trace; more of them: --limit 10',
    ])
    api.traces = [trace, makeTrace({ seed: 8 }), makeTrace({ seed: 9 })]
    expect((await told(`${command} --service payment --limit 7`)).lines).toEqual([
      'note: of the first 7 spans that were found, in 2 traces; more of them: --limit 35',
    ])
  })

  it('a side of trace diff', async () => {
    api.traces = [trace, makeTrace({ seed: 8 })]
    expect((await told(`diff ${rootId} --b 'service=frontend limit=7'`)).lines).toEqual([
      'note: B: stopped at 7 spans of 2 traces, there may be more: limit=35',
    ])
  })

  it('nothing found: no hint at a time, which a snapshot does not heed', async () => {
    const none = async (line: string) => (await told(line)).lines
    for (const command of ['breakdown', 'why --error'])
      expect(await none(`${command} --service nobody`)).toEqual([
        'error: Lightstep has no trace that fits',
        'hint: Leave out a filter.',
        '  Lightstep knows no service "nobody": ls-auth services lists them',
      ])
    api.traces = [makeTrace({ seed: 7, fails: false })]
    expect(await none('why --error --service payment --limit 2')).toEqual([
      expect.stringMatching(/^error: none of the \d spans that fit failed$/),
      'hint: Leave out a filter, or look at more traces: --limit 10.',
    ])
    expect((await none(`diff ${rootId} --b service=nobody`))[1]).toBe(
      'hint: Look for them alone: ls-auth trace search --service nobody --snapshot',
    )
  })

  describe('a trace that is not there', () => {
    const spans = trace.spans.filter(({ service }) => service === 'payment')
    /** Those of so many of the spans are gone. */
    const gone = (some: readonly TraceData['spans'][number][]) => {
      api.mode = (_, url) => (some.some(({ spanId }) => url.includes(spanId)) ? 'not-found' : 'normal')
    }

    it('of some spans', async () => {
      gone(spans.slice(0, 2))
      const some = `the traces of 2 of ${spans.length} spans that were found`
      expect((await told('breakdown --service payment')).lines).toEqual([
        `note: ${some} are not assembled yet, or gone`,
      ])
      expect((await told(`diff ${rootId} --b service=payment`)).lines).toEqual([
        `note: B: ${some} could not be read`,
      ])
      gone(spans.slice(0, 1))
      const one = `the trace of 1 of ${spans.length} spans that were found`
      expect((await told('breakdown --service payment')).lines).toEqual([
        `note: ${one} is not assembled yet, or gone`,
      ])
      expect((await told(`diff ${rootId} --b service=payment`)).lines).toEqual([
        `note: B: ${one} could not be read`,
      ])
    })

    it('of all of them', async () => {
      gone(spans)
      const none = `none of the traces of the ${spans.length} spans that were found`
      expect((await told('breakdown --service payment')).lines[0]).toBe(`error: ${none} could be read`)
      expect((await told(`diff ${rootId} --b service=payment`)).lines[0]).toBe(
        `error: B: ${none} could be read: service=payment`,
      )
    })

    it('of the only one', async () => {
      gone(spans)
      const one = 'the trace of the span that was found could not be read'
      expect((await told('breakdown --service payment --limit 1')).lines[0]).toBe(`error: ${one}`)
      const side = 'service=payment limit=1'
      expect((await told(`diff ${rootId} --b '${side}'`)).lines[0]).toBe(`error: B: ${one}: ${side}`)
    })

    it('of a span that the API fails at', async () => {
      const [one] = spans
      api.mode = (_, url) => (url.includes(one?.spanId ?? '') ? 'server-error' : 'normal')
      const { exit, lines } = await told('breakdown --service payment')
      expect(exit).toBe(6)
      expect(lines).toContain(`error: the trace of 1 of ${spans.length} spans could not be read`)
    })
  })
})

describe('a tenant that may be gone', () => {
  it('another organization or project: the end of Lightstep is named among the reasons', async () => {
    const organization = await world.type('ls-auth services --organization other')
    expect(organization).toMatchObject({ exit: 11, stdout: '' })
    expect(organization.stderr).toContain('error: Lightstep knows no organization other, or does not accept')
    expect(organization.stderr.match(/they say:/g)).toHaveLength(1)
    expect(organization.stderr).toMatch(/HTTP 401[\s\S]*ended on 1 March 2026[\s\S]*api\.eu\.lightstep\.com/)
    for (const command of ['services', 'attributes', `trace get ${rootId}`]) {
      const project = await world.type(`ls-auth ${command} --project other`)
      expect(project).toMatchObject({ exit: 7, stdout: '' })
      expect(project.stderr).toMatch(/does not know the project acme\/other[\s\S]*ended on 1 March 2026/)
    }
  })

  it('without a token the way to sign in is told', async () => {
    await world.editConfig((text) => `${text}authorization = "none"\n`)
    delete world.variables.LS_AUTH_TOKEN
    const { exit, stderr } = await world.type('ls-auth services')
    expect(exit).toBe(11)
    expect(stderr.replaceAll(/\n +/g, ' ')).toMatch(
      /wants a token \(HTTP 401\)\nhint: .*ls-auth login --authorization bearer .*knows no organization acme/s,
    )
  })

  it('410 is exit 7 for every command', async () => {
    api.mode = 'gone'
    for (const command of ['services', 'attributes', 'trace search --error']) {
      expect(await world.type(`ls-auth ${command}`)).toMatchObject({ exit: 7, stdout: '' })
    }
  })
})

it('a person at a terminal learns what is waited for', async () => {
  world.fastForward = false
  world.watched = true
  api.mode = 'slow'
  const outcome = await world.type('ls-auth services --timeout 2')
  expect(outcome).toMatchObject({ exit: 6, stdout: '' })
  expect(outcome.stderr).toMatch(
    /^waiting for 127\.0\.0\.1:\d+ …\r\x1b\[2Kerror: .* did not answer in time\n/,
  )
})

it('services: all pages, and the same name once', async () => {
  api.services = Array.from({ length: 250 }, (_, i) => `svc-${String(i).padStart(3, '0')}`)
  const { stdout } = await world.type('ls-auth services')
  const services = new Set([
    ...api.services,
    ...trace.spans.map(({ service }: TraceData['spans'][0]) => service),
  ])
  expect(stdout.trim().split('\n')).toEqual([...services].sort())
})
