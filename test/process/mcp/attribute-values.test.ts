import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type JaegerApi, startJaegerApi } from '../../world/jaeger-api.ts'
import { type Machine, openMachine } from '../../world/machine.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { AGENTS, type Agent, type StartAgent } from './agent.ts'

const start = AGENTS['the official client, 2026-07-28'] as StartAgent
const TIMES = { start_time_min: '2026-09-20T00:00:00Z', start_time_max: '2026-09-24T00:00:00Z' }
const traces = [makeTrace({ seed: 7 })]

let machine: Machine
let tempo: TempoApi
let jaeger: JaegerApi
beforeAll(async () => {
  tempo = await startTempoApi({ traces, filters: true })
  jaeger = await startJaegerApi({ traces })
  machine = await openMachine()
  machine.env.LS_AUTH_TOKEN = 'k'
  await mkdir(dirname(machine.configFile), { recursive: true })
  const profile = (name: string, api: string) => `[profiles.${name}]\nbackend = "${name}"\napi = "${api}"\n`
  await writeFile(machine.configFile, profile('tempo', tempo.url) + profile('jaeger', jaeger.url))
})
afterAll(() => Promise.all([tempo, jaeger, machine].map((one) => one.close())))

async function withAgent(backend: string, use: (agent: Agent) => Promise<void>): Promise<void> {
  const agent = await start(machine, ['--profile', backend])
  await use(agent)
  expect(await agent.close()).toMatchObject({ exit: 0, stderr: '' })
}

it('a value of an attribute is searched for as it is given, whatever sign it begins with', () =>
  withAgent('tempo', async (agent) => {
    const cases = [
      [{ dir: '~/src' }, '.dir = "~/src"'],
      [{ expression: '=1' }, '.expression = "=1"'],
      [{ note: '  two blanks' }, '.note = "  two blanks"'],
      [{ flag: '' }, '.flag = ""'],
      [{ flag: true }, '(.flag = "true" || .flag = true)'],
    ] as const
    for (const [attributes, condition] of cases) {
      const { isError, text } = await agent.call('search_traces', { attributes })
      expect(isError, text).toBe(false)
      // The last request may be one that looks for what is wrong with the question.
      const asked = tempo.requests.map(({ url }) => url.searchParams.get('q') ?? '')
      expect(asked.filter((q) => q.includes(condition))).not.toEqual([])
      expect(asked.filter((q) => q.includes('=~'))).toEqual([])
    }
  }))

it('Jaeger gets the value as it is given, too', () =>
  withAgent('jaeger', async (agent) => {
    const given = { service_name: 'frontend', attributes: { dir: '~/src' } }
    const { isError, text } = await agent.call('search_traces', given)
    expect(isError, text).toBe(false)
    expect(jaeger.requests.map(({ url }) => decodeURIComponent(String(url))).join('\n')).toContain(
      '{"dir":"~/src"}',
    )
  }))

it.each(['status!', 'status>', 'status=', 'a=~b'])(
  'an operator in the name "%s" is refused: values are compared as equal, and it would be another condition',
  (name) =>
    withAgent('tempo', async (agent) => {
      const before = tempo.requests.length
      const { isError, text } = await agent.call('search_traces', { attributes: { [name]: 'b' } })
      expect({ isError, text }).toEqual({
        isError: true,
        text: expect.stringContaining(`search_traces: attributes: "${name}" is no name`),
      })
      expect(text).toContain('query')
      expect(tempo.requests).toHaveLength(before)
    }),
)

it('values of a name with a slash, where a path with one is refused on the way: that is said', () =>
  withAgent('tempo', async (agent) => {
    tempo.inFront = (_, path) => (path.includes('%2F') ? { status: 404, body: 'not found' } : undefined)
    const { isError, text } = await agent.call('get_attributes', { name: 'span.app.kubernetes.io/name' })
    tempo.inFront = undefined
    expect({ isError, text }).toEqual({
      isError: true,
      text: expect.stringMatching(
        /^This cannot be done as asked[\s\S]*: a path with its \/ was refused \(HTTP 404\)$[\s\S]*Search by a value instead: search_traces with attributes /m,
      ),
    })
  }))

it('a name that is empty is refused', () =>
  withAgent('tempo', async (agent) => {
    const { isError, text } = await agent.call('explain_traces', {
      with_errors: true,
      attributes: { '': 'b' },
    })
    expect({ isError, text }).toEqual({
      isError: true,
      text: expect.stringContaining('attributes: "" is no'),
    })
  }))

it('fields of Tempo that no attribute is compared with are told as such, and not listed', () =>
  withAgent('tempo', async (agent) => {
    const { isError, text } = await agent.call('get_attributes', TIMES)
    expect(isError, text).toBe(false)
    expect(text).not.toMatch(/^(duration|kind|name|rootName|rootServiceName|status|traceDuration)$/m)
    expect(text).toContain(
      '\nnote: fields of the back end, for query and not for attributes:\n  duration\n  kind\n  name\n  rootName\n  rootServiceName\n  status\n  traceDuration\n',
    )
    const chosen = await agent.call('get_attributes', { ...TIMES, pattern: 'http.' })
    expect(chosen.text).not.toContain('note: ')
    const fields = await agent.call('get_attributes', { ...TIMES, pattern: 'root' })
    expect(fields.text).toMatch(
      /^2 fields for query\. .*\n\n<trace-data>\nrootName\nrootServiceName\n<\/trace-data>\n\n.*\nsearch_traces with query asks for a field\.\n$/,
    )
    const none = await agent.call('get_attributes', { ...TIMES, pattern: 'no such' })
    expect(none.text).toMatch(/^No attribute found\.\n/)
    const root = await agent.call('search_traces', { ...TIMES, attributes: { rootName: 'nothing' } })
    expect(root.text).toContain('the rootName of a trace: query ')
    const values = await agent.call('get_attributes', { ...TIMES, name: 'status' })
    expect(values.text).toMatch(/search_traces with query\.$/m)
  }))
