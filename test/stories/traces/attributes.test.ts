import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTempoApi, type TempoApi, type TempoMode } from '../../world/tempo-api.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace, type TraceData } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const made = makeTrace({ seed: 7 })
/** With an attribute that tells who somebody is. */
const trace: TraceData = {
  ...made,
  spans: made.spans.map((span, i) =>
    i === 0
      ? { ...span, tags: { ...span.tags, 'user.email': 'a@b.example', 'my attr': 'x', 'a "b" \\c': 'y' } }
      : span,
  ),
}
const keys = [...new Set(trace.spans.flatMap(({ tags }) => Object.keys(tags)))]

let world: World
let tempo: TempoApi
let lightstep: TraceApi
beforeEach(async () => {
  world = await openWorld()
  tempo = await startTempoApi({ traces: [trace] })
  lightstep = await startTraceApi({ apiKey: 'k', traces: [trace] })
  await world.writeConfig(
    `default_profile = "t"
[profiles.t]\nbackend = "tempo"\napi = "${tempo.url}"\nauthorization = "none"
[profiles.l]\nbackend = "lightstep"\napi = "${lightstep.url}"\norganization = "acme"\nproject = "prod"\n`,
  )
})
afterEach(() => Promise.all([world.close(), tempo.close(), lightstep.close()]))

const lines = async (command: string) => {
  const outcome = await world.type(`ls-auth ${command}`)
  expect(outcome).toMatchObject({ exit: 0 })
  return outcome.stdout.trim().split('\n')
}

describe('Tempo', () => {
  it('names as TraceQL writes them, by scope', async () => {
    const names = await lines('attributes')
    expect(names).toEqual(
      expect.arrayContaining(['resource.service.name', 'span.http.route', 'status', 'duration']),
    )
    expect(names).toEqual([...names].sort())
    const { attributes } = JSON.parse((await world.type('ls-auth attributes --json --since 2h')).stdout)
    expect(attributes).toContainEqual({ name: 'span.http.route', scope: 'span' })
    const { start, end } = Object.fromEntries(tempo.requests.at(-1)?.url.searchParams ?? [])
    expect(Number(end) - Number(start)).toBeGreaterThanOrEqual(7200)
  })

  it.each<TempoMode>(['normal', 'v1-only'])('%s: values of one, with or without its scope', async (mode) => {
    tempo.mode = mode
    const routes = [...new Set(trace.spans.flatMap(({ tags }) => tags['http.route'] ?? []))].sort()
    expect(await lines('attributes http.route')).toEqual(routes)
    expect(await lines('attributes span.http.route')).toEqual(routes)
    const status = await lines('attributes http.response.status_code')
    expect(status.map(Number)).toEqual(status.map(Number).sort((a, b) => a - b))
    expect(await lines('attributes -o ndjson')).toContain(
      mode === 'normal' ? '{"name":"span.http.route","scope":"span"}' : '{"name":".http.route","scope":null}',
    )
    const kinds = [...new Set(trace.spans.map(({ kind }) => kind))].sort()
    if (mode === 'normal') expect(await lines('attributes span.kind')).toEqual(kinds)
    const none = await world.type('ls-auth attributes nope')
    expect(none).toMatchObject({ exit: 7, stdout: '' })
    expect(none.stderr).toContain('nothing carried the attribute nope in this time')
  })

  it.each<TempoMode>(['normal', 'v1-only'])(
    '%s: a name with blanks or quotes, as it is listed',
    async (mode) => {
      const names = await lines('attributes')
      expect(names).toEqual(expect.arrayContaining(['span."my attr"', 'span."a \\"b\\" \\\\c"']))
      tempo.mode = mode
      for (const name of ['span."my attr"', 'span.my attr', 'my attr', '"my attr"'])
        expect(await lines(`attributes '${name}'`), name).toEqual(['x'])
      expect(await lines(`attributes 'span."a \\"b\\" \\\\c"'`)).toEqual(['y'])
      expect(await lines(`attributes 'span.a "b" \\c'`)).toEqual(['y'])
    },
  )

  it('a value of two types is two in the data, and one line for a person', async () => {
    const tagValues = [
      { type: 'string', value: '5' },
      { type: 'int', value: '5' },
      { type: 'int', value: '5' },
      { type: 'keyword', value: 'a' },
    ]
    tempo.inFront = (_, path) =>
      path.endsWith('/values') ? { status: 200, body: JSON.stringify({ tagValues }) } : undefined
    for (const flag of ['', ' --show-sensitive']) {
      const { stdout } = await world.type(`ls-auth attributes code --json${flag}`)
      expect(JSON.parse(stdout).values).toEqual([
        { value: '5', type: 'int' },
        { value: '5', type: 'string' },
        { value: 'a', type: 'keyword' },
      ])
      expect(await lines(`attributes code${flag}`)).toEqual(['5', 'a'])
    }
  })

  describe('a name with a slash, as labels of Kubernetes have', () => {
    const NAME = 'span.app.kubernetes.io/name'
    const HINT =
      'hint: A gateway or proxy on the way, or an older Tempo, takes no such path: ask whoever runs them. ' +
      `Search by a value instead: ls-auth trace search --attr ${NAME}=VALUE\n`

    it.each([
      // The local proxy, and Envoy.
      [400, 'The path must be plain: it begins with one /, without .., // or encoded slashes.', '/'],
      [400, '', '/'],
      // Apache, and a Tempo that decodes the path before it looks for the route.
      [404, '<html>Not Found</html>', '/'],
      [404, '404 page not found', '\\'],
    ])('%i (%j): that the path was refused, and not that the name is none', async (status, body, sign) => {
      tempo.inFront = (_, path) => (/%(2f|5c)/i.test(path) ? { status, body } : undefined)
      const name = NAME.replace('/', sign)
      const { exit, stdout, stderr } = await world.type(`ls-auth attributes '${name}'`)
      expect({ exit, stdout }, stderr).toEqual({ exit: 2, stdout: '' })
      expect(stderr).toContain(
        `error: the values of ${name} cannot be listed: a path with its ${sign} was refused (HTTP ${status})\n`,
      )
      if (sign === '/') expect(stderr).toContain(HINT)
      if (status === 400 && body !== '') expect(stderr).toContain(body)
      expect(stderr).not.toMatch(/does not (take|list)/)
    })

    it('a Tempo that takes it lists the values, and one that does not know it says that', async () => {
      const { exit, stderr } = await world.type(`ls-auth attributes ${NAME}`)
      expect({ exit, stderr }).toMatchObject({ exit: 7, stderr: expect.stringContaining('nothing carried') })
      expect(tempo.requests.at(-1)?.url.pathname).toBe(
        '/api/v2/search/tag/span.app.kubernetes.io%2Fname/values',
      )
      tempo.inFront = () => ({ status: 400, body: `failed to parse tag name: ${NAME}` })
      const wrong = await world.type(`ls-auth attributes ${NAME}`)
      expect(wrong.exit).toBe(2)
      expect(wrong.stderr).toContain(`error: Tempo does not take "${NAME}" as an attribute\n`)
    })

    it('a refusal and a 404 of other names mean what they meant', async () => {
      tempo.inFront = () => ({ status: 400, body: 'no' })
      expect((await world.type('ls-auth attributes span.a')).stderr).toContain('does not take "span.a"')
      tempo.inFront = (_, path) => (path.endsWith('/values') ? { status: 404 } : undefined)
      expect((await world.type('ls-auth attributes span.a')).stderr).toContain('does not list the values')
    })
  })

  it('values of its own fields; for those that it lists none of, what to type in their place', async () => {
    expect(await lines('attributes status')).toEqual(['error', 'ok', 'unset'])
    expect(await lines('attributes name')).toContain('POST /checkout')
    for (const field of ['duration', 'traceDuration']) {
      const { exit, stdout, stderr } = await world.type(`ls-auth attributes ${field}`)
      expect({ exit, stdout }).toEqual({ exit: 7, stdout: '' })
      expect(stderr).toBe(
        `error: Tempo lists no values of its own field ${field} in this time\n` +
          `hint: Search by it: ls-auth trace search --query '{ ${field} > 100ms }'\n`,
      )
    }
    expect((await world.type('ls-auth attributes rootName')).stderr).toContain(
      'hint: Look further back with --since.\n',
    )
  })
})

it('Lightstep: plain names, values with their types', async () => {
  world.variables.LS_AUTH_TOKEN = 'k'
  expect(await lines('attributes --profile l')).toEqual([...keys, 'operation', 'service'].sort())
  const outcome = await world.type('ls-auth attributes http.response.status_code --json --profile l')
  const { name, values } = JSON.parse(outcome.stdout)
  expect(name).toBe('http.response.status_code')
  expect(values[0]).toMatchObject({ value: expect.stringMatching(/^\d{3}$/), type: 'int64' })
  expect(await world.type('ls-auth attributes nope --profile l')).toMatchObject({ exit: 7 })
})

/** The trace as a file of our own JSON. */
async function savedTrace(): Promise<string> {
  const file = join(world.home, 'trace.json')
  const { stdout } = await world.type(
    `ls-auth trace get ${trace.traceId} --json --show-sensitive --profile t`,
  )
  await writeFile(file, stdout)
  return file
}

it('Lightstep: where to look is no part of a name', async () => {
  world.variables.LS_AUTH_TOKEN = 'k'
  for (const scope of ['', 'span.', 'resource.', '.'])
    expect(await lines(`attributes ${scope}http.request.method --profile l`)).toEqual(['GET', 'POST'])
})

it('a file: what its spans carry; services and search work on it, too', async () => {
  const file = await savedTrace()
  expect(await lines(`attributes --file ${file}`)).toEqual(
    [...keys.map((key) => `span.${key}`), 'resource.service.name'].sort(),
  )
  for (const name of ['my attr', 'span.my attr', 'span."my attr"', '"my attr"'])
    expect(await lines(`attributes '${name}' --file ${file}`), name).toEqual(['x'])
  expect(await lines(`attributes http.request.method --file ${file}`)).toEqual(['GET', 'POST'])
  expect(await lines(`services --file ${file}`)).toEqual(
    [...new Set(trace.spans.map((s) => s.service))].sort(),
  )
  const search = (flags: string) => world.type(`ls-auth trace search --file ${file} ${flags} --json`)
  for (const [flags, count] of [
    ['', 1],
    ['--service payment --error --min 1ms', 1],
    ['--attr span.http.request.method=POST', 1],
    ['--service nobody', 0],
    ['--min 1h', 0],
    ['--since 1m', 0],
  ] as const) {
    const { traces, from } = JSON.parse((await search(flags)).stdout)
    expect([flags, traces.length, from === null]).toEqual([flags, count, flags !== '--since 1m'])
  }
  expect(await world.type(`ls-auth trace search --file ${file} --query "{}"`)).toMatchObject({ exit: 2 })
  expect(await world.type('ls-auth services --file nowhere.json')).toMatchObject({ exit: 7 })
})

/** A file of two traces, which began 36 hours and one minute ago. */
async function oldAndNew(): Promise<string> {
  const file = join(world.home, 'two.json')
  const span = (id: string, hours: number, tags: object) => {
    const timestamp = (Date.now() - hours * 3_600_000) * 1000
    const localEndpoint = { serviceName: id.startsWith('a') ? 'old' : 'new' }
    return {
      traceId: id.repeat(32),
      id: id.repeat(16),
      name: 'get',
      timestamp,
      duration: 9,
      tags,
      localEndpoint,
    }
  }
  const spans = [
    span('a', 36, { 'http.route': '/old', only: 'old' }),
    { ...span('b', 1 / 60, { 'http.route': '/new' }), kind: 'SERVER' },
  ]
  await writeFile(file, JSON.stringify(spans))
  return file
}

it.each([
  ['', ['/new', '/old']],
  ['--since 1h', ['/new']],
  ['--from now-1h', ['/new']],
  ['--since 2d', ['/new', '/old']],
  ['--to now-1h --since 2d', ['/old']],
])('a file with %j: of the traces that began in this time, as a search finds them', async (times, routes) => {
  const file = await oldAndNew()
  expect(await lines(`attributes http.route --file ${file} ${times}`)).toEqual(routes)
  const { stdout } = await world.type(`ls-auth trace search --file ${file} ${times} --json`)
  expect(JSON.parse(stdout).traces).toHaveLength(routes.length)
  const names = await lines(`attributes --file ${file} ${times}`)
  expect(names.includes('span.only')).toBe(routes.includes('/old'))
  expect(names).toContain('span.http.route')
  const kinds = await lines(`attributes span.kind --file ${file} ${times}`)
  expect(kinds.includes('server')).toBe(routes.includes('/new'))
})

it('a file: each name and value that is listed finds its trace, lists and bytes too', async () => {
  const file = join(world.home, 'values.json')
  const text = (stringValue: string) => ({ stringValue })
  const attributes = [
    { key: 'roles', value: { arrayValue: { values: [text('admin'), text('sales')] } } },
    { key: 'key', value: { bytesValue: 'AQL/' } },
    { key: 'map', value: { kvlistValue: { values: [{ key: 'a', value: text('x') }] } } },
    { key: 'count', value: { intValue: '3' } },
    { key: 'nothing', value: { arrayValue: { values: [] } } },
    { key: 'void', value: {} },
    // No condition can be written on these.
    ...['', 'a=b', 'late!', 'less<', 'blank '].map((key) => ({ key, value: text('x') })),
  ]
  const span = {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    name: 'x',
    startTimeUnixNano: '1790000000000000000',
    endTimeUnixNano: '1790000000000000001',
    attributes,
  }
  await writeFile(file, JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }))
  const names = await lines(`attributes --file ${file}`)
  expect(names).toEqual(['span.count', 'span.key', 'span.map', 'span.roles'])
  expect(await lines(`attributes roles --file ${file}`)).toEqual(['admin', 'sales'])
  for (const name of names) {
    for (const value of await lines(`attributes ${name} --file ${file} --show-sensitive`)) {
      const found = await world.type(`ls-auth trace search --file ${file} --json --attr '${name}=${value}'`)
      expect([name, value, JSON.parse(found.stdout).traces.length]).toEqual([name, value, 1])
    }
  }
})

it('a file with nothing in this time: that is said, and where to see all of it', async () => {
  const file = await oldAndNew()
  expect(await world.type(`ls-auth attributes only --file ${file} --since 1h`)).toMatchObject({
    exit: 7,
    stdout: '',
    stderr:
      'error: no span in this time carries an attribute only\n' +
      `hint: Look further back with --since, or see the names: ls-auth attributes --file ${file}\n`,
  })
  expect(await world.type(`ls-auth attributes nope --file ${file}`)).toMatchObject({
    exit: 7,
    stderr: `error: no span carries an attribute nope\nhint: See: ls-auth attributes --file ${file}\n`,
  })
  const none = await world.type(`ls-auth attributes --file ${file} --since 10s`)
  expect(none).toMatchObject({ exit: 0, stdout: '' })
  expect(none.stderr).toContain('knows no attributes of spans in this time')
})

it('values that tell who somebody is are masked unless they are asked for', async () => {
  for (const profile of ['t', 'l']) {
    if (profile === 'l') world.variables.LS_AUTH_TOKEN = 'k'
    const masked = await world.type(`ls-auth attributes user.email --profile ${profile}`)
    expect(masked).toMatchObject({ exit: 0, stdout: '[masked]\n' })
    expect(masked.stderr).toContain('--show-sensitive')
    const shown = await world.type(`ls-auth attributes user.email --profile ${profile} --show-sensitive`)
    expect(shown.stdout).toBe('a@b.example\n')
  }
})

it('names of services are shown as services lists them, also where one looks like an address of mail', async () => {
  const SERVICE = 'a@b.example'
  tempo.inFront = (_, path) =>
    path.endsWith('/values')
      ? { status: 200, body: JSON.stringify({ tagValues: [{ type: 'string', value: SERVICE }] }) }
      : undefined
  const ofFile = await otlpFile({}, { 'service.name': { stringValue: SERVICE } })
  for (const where of ['--profile t', `--file ${ofFile}`]) {
    expect(await lines(`services ${where}`)).toEqual([SERVICE])
    for (const name of ['service.name', 'resource.service.name']) {
      expect(await world.type(`ls-auth attributes ${name} ${where}`)).toEqual({
        exit: 0,
        stdout: `${SERVICE}\n`,
        stderr: '',
      })
    }
  }
  expect(await lines('attributes service.version --profile t')).toEqual(['[masked]'])
})

/** A file of one span: the attributes of the span, and of its resource, as OTLP has them. */
async function otlpFile(attributes: Record<string, object>, resource: Record<string, object>) {
  const file = join(world.home, 'otlp.json')
  const pairs = (of: Record<string, object>) => Object.entries(of).map(([key, value]) => ({ key, value }))
  const span = {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    name: 'x',
    startTimeUnixNano: '1790000000000000000',
    endTimeUnixNano: '1790000000000000001',
    attributes: pairs(attributes),
  }
  const spans = { resource: { attributes: pairs(resource) }, scopeSpans: [{ spans: [span] }] }
  await writeFile(file, JSON.stringify({ resourceSpans: [spans] }))
  return file
}

describe('a file: a secret that only what stands beside it tells, or that is written in bytes', () => {
  const text = (stringValue: string) => ({ stringValue })
  const list = (...values: readonly object[]) => ({ arrayValue: { values } })
  const map = (key: string, value: object) => ({ kvlistValue: { values: [{ key, value }] } })
  const base64 = (plain: string) => Buffer.from(plain).toString('base64')
  const bytes = (plain: string) => ({ bytesValue: base64(plain) })
  const PASSWORD = 'password=hunter2'
  const HIDDEN = base64('password=[masked]')
  const write = () =>
    otlpFile(
      {
        args: list(...['curl', '-u', 'ada:pw1234', 'http://x'].map(text)),
        prs: list(list(text('password'), text('hunter3')), list(text('x'), text('y'))),
        raw: bytes(PASSWORD),
        'raw.map': map('a', bytes(PASSWORD)),
        'raw.list': list(bytes(PASSWORD), bytes('plain')),
        plain: list(text('-v'), text('hunter9')),
        password: list(text('hunter4')),
      },
      { 'process.command_args': list(...['app', '--password', 'hunter2', '-v'].map(text)) },
    )

  it.each([
    ['resource.process.command_args', ['--password', '-v', '[masked]', 'app'], 'hunter2'],
    ['process.command_args', ['--password', '-v', '[masked]', 'app'], 'hunter2'],
    ['args', ['-u', '[masked]', 'curl', 'http://x'], 'ada:pw1234'],
    ['prs', ['[masked]', 'password', 'x', 'y'], 'hunter3'],
    ['raw', [HIDDEN], base64(PASSWORD)],
    ['raw.map', [`{"a":"${HIDDEN}"}`], base64(PASSWORD)],
    ['raw.list', [base64('plain'), HIDDEN].sort(), base64(PASSWORD)],
    ['password', ['[masked]'], 'hunter4'],
  ])('%s: is masked as trace get masks it, and that is said', async (name, shown, secret) => {
    const file = await write()
    const listed = await world.type(`ls-auth attributes --file ${file} ${name}`)
    expect(listed).toMatchObject({ exit: 0, stdout: `${shown.join('\n')}\n` })
    expect(listed.stderr).toContain('--show-sensitive shows them')
    const { stdout } = await world.type(`ls-auth attributes --file ${file} ${name} -o json`)
    expect(JSON.parse(stdout).values).toEqual(shown.map((value) => ({ value, type: null })))
    const rows = (await world.type(`ls-auth attributes --file ${file} ${name} -o ndjson`)).stdout
    expect(rows).not.toContain(secret)
    const open = await world.type(`ls-auth attributes --file ${file} ${name} --show-sensitive`)
    expect(open.stdout).toContain(secret)
    expect(open.stderr).not.toContain('masked')
    expect((await world.type(`ls-auth trace get ${file} --json`)).stdout).not.toContain(secret)
  })

  it('of an attribute that holds none nothing is said, though others hold some', async () => {
    expect(await world.type(`ls-auth attributes --file ${await write()} plain`)).toMatchObject({
      exit: 0,
      stdout: '-v\nhunter9\n',
      stderr: '',
    })
  })
})

it('a name that attributes prints is found by search and by get, with the same spans', async () => {
  const file = await savedTrace()
  const get = async (attr: string) =>
    (await world.type(`ls-auth trace get ${file} --attr ${attr} -o ndjson`)).stdout.split('\n').length - 1
  const bare = await get('http.request.method=GET')
  expect(bare).toBeGreaterThan(0)
  expect(await get('span.http.request.method=GET')).toBe(bare)
  expect(await get('.http.request.method=GET')).toBe(bare)
  expect(await get('resource.http.request.method=GET')).toBe(0)
  const found = await world.type(
    `ls-auth trace search --file ${file} --attr span.http.request.method=GET --json`,
  )
  expect(JSON.parse(found.stdout).traces.length).toBe(1)
})

it.each([
  'get FILE',
  'search --file FILE --service shipping --json',
  'why --file FILE --service payment',
  'breakdown --file FILE --service shipping',
])(
  'trace %s: what failed is asked for with --error; --errors is the same, and is not shown',
  async (line) => {
    const words = line.replace('FILE', await savedTrace())
    const one = await world.type(`ls-auth trace ${words} --error`)
    expect(await world.type(`ls-auth trace ${words} --errors`)).toEqual(one)
    expect((await world.type(`ls-auth trace ${words}`)).stdout).not.toBe(one.stdout)
    const { stdout } = await world.type(`ls-auth trace ${line.split(' ')[0]} --help`)
    expect(stdout).toMatch(/^ {2}--error /m)
    expect(stdout).not.toContain('--errors')
  },
)
