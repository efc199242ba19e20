import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startJaegerApi } from '../../../world/jaeger-api.ts'
import { type Machine, openMachine } from '../../../world/machine.ts'
import { startTempoApi } from '../../../world/tempo-api.ts'
import { startTraceApi } from '../../../world/trace-api.ts'
import type { TraceData } from '../../../world/trace-data.ts'
import { AGENTS, type Agent, type StartAgent, type ToolText } from '../agent.ts'
import { KINDS, type Kind } from './planted.ts'
import { findCause, type Reading, type Tools } from './reader.ts'
import { type Cause, makeWorld } from './world.ts'

const MOST_CALLS = 6
const MOST_BYTES = 48_000
const start = AGENTS['the official client, 2026-07-28'] as StartAgent

/** A back end whose traces are those of one world after the other, and a server that reads them. */
interface Stage {
  readonly agent: Agent
  show(traces: readonly TraceData[]): void
  close(): Promise<unknown>
}

let machine: Machine
const stages = {} as Record<Kind['backend'], Stage>
beforeAll(async () => {
  const tempoHas = { traces: [] as readonly TraceData[], filters: true }
  const jaegerHas = { traces: [] as readonly TraceData[] }
  const [tempo, jaeger] = await Promise.all([startTempoApi(tempoHas), startJaegerApi(jaegerHas)])
  const lightstep = await startTraceApi({ apiKey: 'key-of-the-world' })
  // Ready at once, by a clock of whole seconds.
  Object.assign(lightstep.snapshots, { left: 10_000, looksUntilReady: 0, takesMilliseconds: -1_000 })
  machine = await openMachine()
  machine.env.LS_AUTH_TOKEN = 'key-of-the-world'
  await mkdir(dirname(machine.configFile), { recursive: true })
  const profiles = Object.entries({ tempo, jaeger, lightstep }).map(
    ([name, { url }]) =>
      `[profiles.${name}]\nbackend = "${name}"\napi = "${url}"\norganization = "acme"\nproject = "prod"\n`,
  )
  await writeFile(machine.configFile, profiles.join(''))
  const open = async (backend: Kind['backend'], api: { close(): Promise<void> }, show: Stage['show']) => {
    const agent = await start(machine, [
      '--profile',
      backend,
      ...(backend === 'lightstep' ? ['--snapshot'] : []),
    ])
    stages[backend] = { agent, show, close: async () => [await agent.close(), await api.close()] }
  }
  await Promise.all([
    open('tempo', tempo, (traces) => void Object.assign(tempoHas, { traces })),
    open('jaeger', jaeger, (traces) => void Object.assign(jaegerHas, { traces })),
    open('lightstep', lightstep, (traces) => void Object.assign(lightstep, { traces })),
  ])
})
afterAll(async () => {
  await Promise.all(Object.values(stages).map((stage) => stage.close()))
  await machine.close()
})

type Change = (tools: Tools) => Tools

/** A reader of one world, and what it should find. `change`: what it sees of the tools. */
async function read(
  kind: Kind,
  { isPlanted = true, change = (tools) => tools }: { isPlanted?: boolean; change?: Change } = {},
): Promise<{ readonly reading: Reading; readonly truth: Cause }> {
  const { agent, show } = stages[kind.backend]
  const world = makeWorld(kind, KINDS.indexOf(kind) + 1, isPlanted)
  show(world.traces)
  const tools = change({ list: () => agent.tools(), call: (tool, args) => agent.call(tool, args) })
  return { reading: await findCause(tools, world.question), truth: world.cause }
}

describe('who reads the texts of the tools finds what was planted', () => {
  const readings: Reading[] = []

  it.each(KINDS)('$shows: $what, on $backend', async (kind) => {
    const { reading, truth } = await read(kind)
    expect(reading, reading.stuck).toMatchObject({ cause: truth })
    readings.push(reading)
  })

  it('in each of 20 worlds, in at most 6 calls and 48 kB', () => {
    const most = (of: (reading: Reading) => number) => Math.max(...readings.map(of))
    const [calls, bytes] = [most((one) => one.calls), most((one) => one.bytes)]
    const counts = `worlds=${KINDS.length} found=${readings.length} most_calls=${calls} most_bytes=${bytes}`
    process.stderr.write(`${counts}\n`)
    expect([KINDS.length, readings.length]).toEqual([20, 20])
    expect(calls).toBeLessThanOrEqual(MOST_CALLS)
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES)
  })
})

describe('finds nothing in a twin in which nothing was planted', () => {
  // A snapshot that is empty is looked at again after seconds.
  const quick = KINDS.filter(({ backend, shows }) => backend !== 'lightstep' || shows === 'slow')
  it.each(quick)('$shows: $what, on $backend', async (kind) => {
    const { reading } = await read(kind, { isPlanted: false })
    expect(reading).toMatchObject({ cause: undefined })
  })
})

const FAILING = KINDS.find(({ what }) => what === 'one bad host') as Kind
const SLOW = KINDS.find(({ what }) => what === 'a region far from its data') as Kind
const RARE = KINDS.find(({ shows, attribute }) => shows === 'slow' && attribute === 'service.version') as Kind

describe('finds nothing where the texts say less', () => {
  it.each([
    ['what search_traces is for', FAILING, withoutDescription('search_traces')],
    ['what get_trace is for', FAILING, withoutDescription('get_trace')],
    ['what explain_traces is for', FAILING, withoutDescription('explain_traces')],
    ['what diff_traces is for', SLOW, withoutDescription('diff_traces')],
    ['which argument is the service', FAILING, withoutArgument('service')],
    ['which argument is the limit', SLOW, withoutArgument('slower_than')],
    ['what comes after search_traces', FAILING, withoutSteps('search_traces')],
    ['what comes after get_trace', FAILING, withoutSteps('get_trace')],
    ['what comes after diff_traces', SLOW, withoutSteps('diff_traces')],
    ['how what may be chance becomes clear', RARE, withoutSteps('explain_traces')],
    ['that it is no chance', FAILING, withoutWords(/, (by more than chance|counting spans, not traces)/)],
  ] as const)('%s', async (_, kind, change) => {
    const { reading, truth } = await read(kind, { change })
    expect(reading.cause).not.toEqual(truth)
  })
})

function withoutDescription(name: string): Change {
  return changeList((tool) =>
    tool.name === name ? { ...tool, title: undefined, description: undefined } : tool,
  )
}

function withoutArgument(name: string): Change {
  return changeList((tool) => {
    const properties = Object.fromEntries(
      Object.entries(tool.inputSchema.properties ?? {}).filter(([argument]) => argument !== name),
    )
    return { ...tool, inputSchema: { ...tool.inputSchema, properties } }
  })
}

function changeList(change: (tool: ToolText) => ToolText): Change {
  return (tools) => ({ ...tools, list: async () => (await tools.list()).map(change) })
}

function withoutSteps(name: string): Change {
  return (tools) => ({
    ...tools,
    async call(tool, args) {
      const answer = await tools.call(tool, args)
      return tool === name
        ? { ...answer, text: answer.text.replace(/^(?:More: |next:$)[\s\S]*/m, '') }
        : answer
    },
  })
}

function withoutWords(words: RegExp): Change {
  return (tools) => ({
    ...tools,
    async call(tool, args) {
      const answer = await tools.call(tool, args)
      return { ...answer, text: answer.text.replace(words, '') }
    },
  })
}
