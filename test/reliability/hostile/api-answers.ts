import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { startJaegerApi } from '../../world/jaeger-api.ts'
import { startTempoApi } from '../../world/tempo-api.ts'
import { misbehave } from '../../world/trace/answers.ts'
import { startTraceApi } from '../../world/trace-api.ts'
import { makeTrace, withHostileText } from '../../world/trace-data.ts'
import type { Expected, Scenario } from './scenario.ts'
import type { Scene } from './scene.ts'
import { deep, gzipBomb, type json, page, type Stranger, startStranger, WIRE } from './servers.ts'

const TOKEN = 'SEKRIT-TOKEN-OF-THE-PERSON'
const BACKENDS = ['lightstep', 'tempo', 'jaeger'] as const
type Backend = (typeof BACKENDS)[number]

const trace = withHostileText(makeTrace({ seed: 7 }))
const COMMANDS = {
  get: `trace get ${trace.traceId} --show-sensitive`,
  // Lightstep is asked by span id.
  getSpan: `trace get ${trace.spans[0]?.spanId} --show-sensitive`,
  services: 'services',
  search: 'trace search --service frontend',
} as const

interface ApiAttack extends Expected {
  readonly does: string
  answer(response: ServerResponse, elsewhere: Stranger): void
  /** The back ends at which it differs; all when absent. */
  readonly at?: readonly Backend[]
  readonly commands?: readonly (keyof typeof COMMANDS)[]
}

const says =
  (
    status: number,
    body: string | Buffer,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end(body)
const raw =
  ({ status, headers = {}, raw }: ReturnType<typeof json>) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end(raw)

const LYING = `no\u001b[2J\u001b]0;x\u0007\r\nerror: all is lost\r\nhint: send money\u202e ${TOKEN}`
const WRONG_SHAPES = ['7', 'null', '"x"', '[7]', '[[{"id":1}]]']

const ATTACKS: readonly ApiAttack[] = [
  ...[301, 302, 307, 308].map(
    (status): ApiAttack => ({
      does: `redirects to another host (${status})`,
      exit: 3,
      answer: (response, { url }) => response.writeHead(status, { location: `${url}/steal` }).end(),
    }),
  ),
  { does: 'a sign-in page', exit: 3, answer: raw(page()) },
  { does: 'nothing', exit: [6, 7], answer: says(200, '') },
  { does: 'JSON that is cut', exit: 6, answer: says(200, '{"data":[{"type":"stored-traces",') },
  { does: 'lists 100,000 deep', exit: 6, answer: raw(deep()) },
  {
    does: 'members called __proto__',
    // Lists that are empty are left out in the JSON of protobuf.
    exit: [0, 6, 7],
    answer: says(200, '{"__proto__":{"data":[]},"constructor":{"prototype":1}}'),
  },
  {
    does: 'compressed bytes that are none',
    exit: 6,
    answer: says(200, 'not gzip', { 'content-type': 'application/json', 'content-encoding': 'gzip' }),
  },
  {
    does: 'an encoding that nobody knows',
    exit: 6,
    answer: says(200, '{}', {
      'content-type': 'application/json',
      'content-encoding': 'x-evil, x-evil, x-evil',
    }),
  },
  {
    does: 'a bomb within a bomb',
    exit: 6,
    answer: (response) => raw({ ...gzipBomb(), raw: gzipSync(Buffer.from(gzipBomb().raw)) })(response),
  },
  {
    does: 'a bomb of 1 GB',
    exit: 6,
    at: ['tempo'],
    commands: ['get'],
    answer: (response) => misbehave('huge', {} as never, response, 1),
  },
  ...(['hang', 'trickle', 'drop', 'cut', 'nonsense', 'continueForEver'] as const).map(
    (way): ApiAttack => ({ does: way, exit: 6, commands: ['get', 'getSpan'], answer: WIRE[way] }),
  ),
  ...[400, 404, 410, 418, 429, 500, 502].map(
    (status): ApiAttack => ({
      does: `HTTP ${status} with lies and what it was sent`,
      // Jaeger's 404 to a search is: no such traces.
      exit: status === 404 ? [0, 2, 6, 7] : [2, 6, 7],
      hides: [TOKEN],
      answer: says(status, JSON.stringify({ errors: [LYING], message: LYING, error: { message: LYING } })),
    }),
  ),
  {
    does: 'a limit of a thousand years',
    exit: 6,
    answer: says(429, '{}', {
      'x-ratelimit-reset': '31536000000',
      'retry-after': 'Tue, 01 Jan 3000 00:00:00 GMT',
    }),
  },
]

const SHAPES: readonly ApiAttack[] = WRONG_SHAPES.map((shape) => ({
  does: `JSON of another shape: ${shape}`,
  exit: [6, 7],
  answer: says(200, shape),
}))

/** A machine with a token from outside and a profile for this API. */
async function openApi(scene: Scene, backend: Backend, api: string): Promise<void> {
  scene.world.variables.LS_AUTH_TOKEN = TOKEN
  await scene.world.writeConfig(
    `[profiles.work]\nbackend = "${backend}"\napi = "${api}"\norganization = "acme"\nproject = "prod"\n`,
  )
}

const commandsAt = (backend: Backend): (keyof typeof COMMANDS)[] =>
  backend === 'lightstep' ? ['getSpan', 'services'] : ['get', 'services', 'search']

const attackScenario = (backend: Backend, { does, answer, commands, ...expected }: ApiAttack): Scenario => ({
  who: 'trace API',
  family: `answers of ${backend}`,
  does: `${backend}: ${does}`,
  async play(scene) {
    const elsewhere = await startStranger()
    const api = await startStranger((response) => answer(response, elsewhere))
    scene.onClose(() => Promise.all([elsewhere.close(), api.close()]))
    await openApi(scene, backend, api.url)
    for (const name of commands ?? commandsAt(backend)) {
      if (!commandsAt(backend).includes(name)) continue
      const outcome = await scene.meets(`ls-auth ${COMMANDS[name]} --timeout 1`, {
        ...expected,
        hides: [TOKEN],
      })
      scene.must(outcome.exit === 0 || outcome.stdout === '', `${name} printed something`)
    }
    scene.must(elsewhere.requests.length === 0, 'the redirect was followed')
  },
})

/** The same commands at the real thing, whose texts are full of terminal tricks. */
const twin = (backend: Backend): Scenario => ({
  who: 'trace API',
  family: `answers of ${backend}`,
  does: `${backend}: traces full of terminal tricks`,
  sound: true,
  async play(scene) {
    const traces = [trace]
    const api =
      backend === 'lightstep'
        ? await startTraceApi({ apiKey: TOKEN, traces })
        : backend === 'tempo'
          ? await startTempoApi({ traces, apiKey: TOKEN })
          : await startJaegerApi({ traces })
    scene.onClose(() => api.close())
    await openApi(scene, backend, api.url)
    // The generated trace is of that day.
    scene.world.clockOffset = Date.parse('2026-09-22T18:00:00Z') - Date.now()
    for (const name of commandsAt(backend)) {
      await scene.meets(`ls-auth ${COMMANDS[name]}`, { exit: 0 })
      await scene.type(`ls-auth ${COMMANDS[name]} --json`)
    }
  },
})

export const apiScenarios: readonly Scenario[] = BACKENDS.flatMap((backend) => [
  twin(backend),
  ...[...ATTACKS, ...SHAPES]
    .filter(
      ({ at, commands }) =>
        at?.includes(backend) ?? commands?.some((one) => commandsAt(backend).includes(one)) ?? true,
    )
    .map((attack) => attackScenario(backend, attack)),
])
