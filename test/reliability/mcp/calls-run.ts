import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { openMachine } from '../../world/machine.ts'
import { startTempoApi } from '../../world/tempo-api.ts'
import { plantedTraces } from '../../world/trace/planted.ts'
import { makeTrace } from '../../world/trace-data.ts'

/** What a server held at one moment. Bytes. */
export interface Held {
  /** Resident, as it was found. */
  readonly rss: number
  /** Of the heap in use after all garbage was collected. */
  readonly heapUsed: number
}

/** A long run: what was held after each tenth of the calls, ten entries. */
export interface CallsRun {
  readonly held: readonly Held[]
  /** Calls that were answered with an error although none was asked for, or the other way round. */
  readonly wrong: number
  readonly exit: number | null
}

/** As many as an agent has open at once. */
const AT_ONCE = 4
const TIMES = { from: '2026-09-22T17:00:00Z', to: '2026-09-22T18:00:00Z' }
const [slow, fast] = plantedTraces(60, Date.parse('2026-09-22T17:50:00Z') * 1000)
const shop = makeTrace({ seed: 7 })
const AMONG = { service: 'checkout', ...TIMES }

/** Each kind of call in turn, those that fail too. */
const CALLS: readonly (readonly [tool: string, args: object, isError: boolean])[] = [
  ['get_trace', { id: shop.traceId }, false],
  ['search_traces', AMONG, false],
  ['get_span_details', { id: shop.traceId, spans: [shop.spans[0]?.spanId] }, false],
  ['get_services', {}, false],
  ['get_critical_path', { id: shop.traceId }, false],
  ['diff_traces', { first: fast?.traceId, second: slow?.traceId }, false],
  ['explain_traces', { ...AMONG, error: true }, false],
  ['get_attributes', TIMES, false],
  ['get_trace', { id: `${'0'.repeat(31)}1` }, true],
  ['get_trace', { no_such_argument: 1 }, true],
]

/**
 * Asks one server of the built program so many times, a Tempo behind it, and looks at its memory after each tenth. Throws
 * where the server ends on the way.
 */
export async function manyCalls(calls: number): Promise<CallsRun> {
  const traces = [shop, ...plantedTraces(60, Date.parse('2026-09-22T17:50:00Z') * 1000)]
  const tempo = await startTempoApi({ traces, filters: true })
  const machine = await openMachine()
  await mkdir(dirname(machine.configFile), { recursive: true })
  await writeFile(machine.configFile, `[profiles.default]\nbackend = "tempo"\napi = "${tempo.url}"\n`)
  const child = startServer({ ...machine.env, LS_AUTH_TOKEN: 'a-token-of-the-world' })
  try {
    const held: Held[] = []
    let wrong = 0
    const speak = openTalk(child)
    await speak('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'many-calls', version: '1' },
    })
    const tenth = calls / 10
    for (let from = 0; held.length < 10; from = Math.round(held.length * tenth)) {
      let next = from
      const upTo = Math.round((held.length + 1) * tenth)
      const lane = async (): Promise<void> => {
        while (next < upTo) {
          const [name, args, isError] = CALLS[next++ % CALLS.length] as (typeof CALLS)[number]
          const result = await speak('tools/call', { name, arguments: args })
          if (result?.isError !== isError) wrong += 1
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, lane))
      held.push(await probe(child))
    }
    child.stdin?.end()
    const [exit] = (await once(child, 'close')) as [number | null]
    return { held, wrong, exit }
  } finally {
    child.kill('SIGKILL')
    await Promise.all([tempo.close(), machine.close()])
  }
}

function startServer(env: NodeJS.ProcessEnv): ChildProcess {
  const measured = ['--expose-gc', '--require', resolve('test/reliability/mcp/memory-probe.cjs')]
  const limits = ['--max-calls', '1000000', '--max-bytes', '999MB']
  return spawn(process.execPath, [...measured, resolve('bin/ls-auth.js'), 'mcp', ...limits], {
    env,
    stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
  })
}

type Result = { readonly isError?: boolean } | undefined

/** JSON-RPC that keeps nothing of what was answered. */
function openTalk(child: ChildProcess): (method: string, params: object) => Promise<Result> {
  const open = new Map<number, { resolve(result: Result): void; reject(why: Error): void }>()
  let id = 0
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const message = JSON.parse(line) as { id: number; result: Result }
    open.get(message.id)?.resolve(message.result)
    open.delete(message.id)
  })
  child.once('exit', (exit) => {
    for (const { reject } of open.values()) reject(new Error(`the server ended with ${exit}`))
  })
  return (method, params) =>
    new Promise((resolve, reject) => {
      id += 1
      open.set(id, { resolve, reject })
      child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    })
}

async function probe(child: ChildProcess): Promise<Held> {
  child.send('probe')
  const [held] = (await once(child, 'message')) as [Held]
  return held
}
