import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectNoSecret, mint } from '../../world/canaries.ts'
import { type JaegerApi, startJaegerApi } from '../../world/jaeger-api.ts'
import { type Machine, openMachine } from '../../world/machine.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { PLANTED_POD, plantedTraces } from '../../world/trace/planted.ts'
import type { SpanData, TraceData } from '../../world/trace-data.ts'
import { AGENTS, type StartAgent } from './agent.ts'

// What an agent reads is masked as the commands mask it, whatever the environment and the settings say.

const MAIL = 'grace.hopper.1906@customers.example'
const PASSWORD = 'hunter2-and-a-half'
const BEARER = 'c2VjcmV0LW9mLXRoZS1jYWxsZXI'
const SESSION = 'session-4711-of-grace'
// Each is searched for in all that a process of these tests prints and writes.
for (const secret of [MAIL, PASSWORD, BEARER, SESSION]) mint(secret)

const TIMES = { from: '2026-09-22T17:00:00Z', to: '2026-09-22T18:00:00Z' }
const RANGE = ['--from', TIMES.from, '--to', TIMES.to]
const start = AGENTS['the official client, 2026-07-28'] as StartAgent

const traces: readonly TraceData[] = plantedTraces(60, Date.parse('2026-09-22T17:50:00Z') * 1000).map(
  (one) => ({ ...one, spans: one.spans.map(withSecrets) }),
)
const [failed, usual] = traces as [TraceData, TraceData]
const root = failed.spans[0]?.spanId as string

/** Secrets in a name, under keys that tell them, in running text, and as what failed spans have in common. */
function withSecrets(span: SpanData): SpanData {
  const name = span.parentId === undefined ? `POST /order?email=${MAIL}` : `charge ${MAIL}`
  const tags = {
    ...span.tags,
    'user.email': MAIL,
    'http.request.header.authorization': `Bearer ${BEARER}`,
    session_id: SESSION,
    note: `login with password=${PASSWORD}`,
    command_args: JSON.stringify(['app', '--password', PASSWORD, '-v']),
    ...(span.error && { 'error.message': `no card of ${MAIL}`, 'customer.mail': MAIL }),
  }
  return { ...span, name, tags }
}

/** A tool, the command with the same verb, and what both show in place of the secrets. */
type Row = readonly [tool: string, args: object, command: readonly string[], shows: RegExp]
const NAME = /POST \/order\?email=\[masked\]/
const ROWS: readonly Row[] = [
  [
    'search_traces',
    { service: 'checkout', ...TIMES },
    ['trace', 'search', '--service', 'checkout', ...RANGE],
    NAME,
  ],
  ['get_trace', { id: failed.traceId }, ['trace', 'get', failed.traceId], NAME],
  [
    'get_trace',
    { id: failed.traceId },
    ['trace', 'get', failed.traceId, '-o', 'agent'],
    /no card of \[masked\]/,
  ],
  [
    'get_trace',
    { id: failed.traceId, span: root },
    ['trace', 'get', failed.traceId, '--span', root],
    /^ +session_id +\[masked\]$/m,
  ],
  [
    'get_span_details',
    { id: failed.traceId, spans: [root] },
    ['trace', 'get', failed.traceId, '--span', root],
    /^ +user\.email +\[masked\]$/m,
  ],
  [
    'get_span_details',
    { id: failed.traceId, spans: [root] },
    ['trace', 'get', failed.traceId, '--details'],
    /^ +note +login with password=\[masked\]$/m,
  ],
  ['get_critical_path', { id: failed.traceId }, ['trace', 'get', failed.traceId, '-o', 'agent'], NAME],
  [
    'diff_traces',
    { first: usual.traceId, second: failed.traceId },
    ['trace', 'diff', usual.traceId, failed.traceId],
    /charge \[masked\]/,
  ],
  [
    'explain_traces',
    { error: true, service: 'checkout', ...TIMES },
    ['trace', 'why', '--error', '--service', 'checkout', ...RANGE],
    new RegExp(`pod +(?:= )?${PLANTED_POD}`),
  ],
  ['get_services', {}, ['services'], /^checkout$/m],
]
/** Jaeger lists no attributes. */
const OF_TEMPO: readonly Row[] = [
  [
    'get_attributes',
    { name: 'user.email', ...TIMES },
    ['attributes', 'user.email', ...RANGE],
    /^\[masked\]$/m,
  ],
  [
    'get_attributes',
    { name: 'session_id', ...TIMES },
    ['attributes', 'session_id', ...RANGE],
    /^\[masked\]$/m,
  ],
  [
    'get_attributes',
    { name: 'note', ...TIMES },
    ['attributes', 'note', ...RANGE],
    /^login with password=\[masked\]$/m,
  ],
  [
    'get_attributes',
    { name: 'command_args', ...TIMES },
    ['attributes', 'command_args', ...RANGE],
    /^\["app","--password","?\[masked\]"?,"-v"\]$/m,
  ],
]
const rowsFor = (backend: string): readonly Row[] => (backend === 'tempo' ? [...ROWS, ...OF_TEMPO] : ROWS)

let machine: Machine
let tempo: TempoApi
let jaeger: JaegerApi
beforeAll(async () => {
  tempo = await startTempoApi({ traces, filters: true })
  jaeger = await startJaegerApi({ traces })
  machine = await openMachine()
  await writeSettings('')
})
afterAll(() => Promise.all([tempo, jaeger, machine].map((one) => one.close())))

/** `more`: settings on top of each profile. */
async function writeSettings(more: string): Promise<void> {
  await mkdir(dirname(machine.configFile), { recursive: true })
  const profile = (name: string, api: string) =>
    `[profiles.${name}]\nbackend = "${name}"\napi = "${api}"\nauthorization = "none"\n${more}`
  await writeFile(machine.configFile, profile('tempo', tempo.url) + profile('jaeger', jaeger.url))
}

describe.each(['tempo', 'jaeger'])('secrets in the traces of %s', (backend) => {
  it('each tool shows what its command shows in their place', async () => {
    const agent = await start(machine, ['--profile', backend])
    for (const [tool, args, command, shows] of rowsFor(backend)) {
      const { text, isError } = await agent.call(tool, args)
      expect({ tool, isError, text }).toEqual({ tool, isError: false, text: expect.stringMatching(shows) })
      expectNoSecret(`the answer of ${tool}`, text)
      const printed = await machine.run([...command, '--profile', backend])
      expect({ command, exit: printed.exit }).toEqual({ command, exit: 0 })
      expect(printed.stdout).toMatch(shows)
    }
    expect(await agent.close()).toMatchObject({ exit: 0, stderr: '' })
  })

  it('a value that tells who somebody is is no cause: it is left out, and that is said', async () => {
    const agent = await start(machine, ['--profile', backend])
    const { text } = await agent.call('explain_traces', {
      error: true,
      service: 'checkout',
      ...TIMES,
    })
    expect(text).toContain('note: masked values that look like secrets or personal data')
    expect(text).not.toMatch(/^customer\.mail +\S/m)
    await agent.close()
  })
})

it.each<[what: string, env: Record<string, string>, settings: string]>([
  ['a variable', { LS_AUTH_SHOW_SENSITIVE: '1', LS_AUTH_MASK: '0' }, ''],
  ['a setting', {}, 'show_sensitive = true\nmask = false\n'],
])('nothing switches that off: %s', async (_, env, settings) => {
  await writeSettings(settings)
  const agent = await start(machine, ['--profile', 'tempo'], { env })
  for (const [tool, args, , shows] of rowsFor('tempo')) {
    const { text, isError } = await agent.call(tool, args)
    expect({ tool, isError, text }).toEqual({ tool, isError: false, text: expect.stringMatching(shows) })
    expectNoSecret(`the answer of ${tool}`, text)
  }
  const asked = await agent.call('get_trace', { id: failed.traceId, show_sensitive: true })
  expect(asked).toMatchObject({
    isError: true,
    text: expect.stringContaining('no argument "show_sensitive"'),
  })
  expect(await agent.close()).toMatchObject({ exit: 0 })
  await writeSettings('')
})
