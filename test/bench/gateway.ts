import { execFile } from 'node:child_process'
import { loadavg } from 'node:os'
import { promisify } from 'node:util'
import { hasApache, startApache } from '../gateway/apache.ts'
import { startTokenIssuer } from '../gateway/token-issuer.ts'
import type { Bench } from './bench.ts'
import { findProgram } from './peers.ts'
import { cpuMilliseconds, openApache, type Peer } from './proxy-peers.ts'
import type { Figures, SuiteResult } from './results.ts'
import { align } from './table.ts'

const AT_ONCE = 50
const SECONDS = 3
/** A route that reads one trace. */
const PATH = '/public/v0.2/acme/projects/prod/stored-traces'

interface Subject {
  readonly peer: Peer
  readonly headers: readonly string[]
  readonly perSecond: number[]
  /** Microseconds of processor time a request. */
  readonly cpu: number[]
}

/**
 * What the Apache recipe costs: requests a second and processor time a request, beside plain `mod_proxy` of the same Apache
 * in front of the same back end. `wrk` sends one person's token again and again; each time it is verified. Rounds alternate.
 */
export async function gateway(bench: Bench): Promise<SuiteResult> {
  if (process.platform !== 'linux' || !findProgram('wrk') || !hasApache())
    return { comparisons: [], verdicts: [], missing: ['wrk, apache2 and libapache2-mod-oauth2 (Debian)'] }
  const node = bench.nodes[0]?.path ?? process.execPath
  const plain = await openApache(node)
  const issuer = await startTokenIssuer()
  const upstream = new URL(plain.direct.url).origin
  const recipe = await startApache({ issuer: issuer.issuer, upstream, apiKey: 'key-of-the-back-end' })
  try {
    const token = await issuer.mint()
    const subject = (peer: Peer, headers: readonly string[] = []): Subject => ({
      peer: { ...peer, url: new URL(PATH, peer.url).href },
      headers,
      perSecond: [],
      cpu: [],
    })
    const bearer = [`Authorization: Bearer ${token}`]
    const policy = { name: 'Apache with the policy', pid: recipe.pid, url: recipe.url }
    const subjects = [subject(plain.apache, bearer), subject(policy, bearer)]
    // One round before is not counted: processes are not all there, connections are not open.
    for (let round = 0; round <= bench.rounds; round += 1) {
      for (const one of subjects) await measure(one, round > 0)
      const line = subjects.map(({ perSecond }) => perSecond.at(-1)?.toFixed(0)).join(' and ')
      if (round > 0) bench.print(`${line} requests a second; load average ${loadavg()[0]?.toFixed(1)}`)
    }
    const figures: Figures[] = [
      figure(`${AT_ONCE} at once`, 'requests a second, all on this machine', subjects, 'perSecond'),
      figure(`${AT_ONCE} at once`, 'us of processor time a request', subjects, 'cpu'),
    ]
    for (const found of figures) {
      bench.print('')
      for (const line of tableOf(found)) bench.print(line)
    }
    return { comparisons: [], figures, verdicts: [], missing: [] }
  } finally {
    await recipe.close()
    await issuer.close()
    await plain.close()
  }
}

async function measure({ peer, headers, perSecond, cpu }: Subject, counts: boolean): Promise<void> {
  const before = cpuMilliseconds(peer)
  const args = ['-t1', `-c${AT_ONCE}`, `-d${SECONDS}s`, ...headers.flatMap((header) => ['-H', header])]
  const { stdout } = await promisify(execFile)('wrk', [...args, peer.url])
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1])
  if (!(requests > 0) || /Non-2xx|Socket errors/.test(stdout))
    throw new Error(`${peer.name}: not every request was answered: ${stdout}`)
  if (!counts) return
  perSecond.push(Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]))
  cpu.push(((cpuMilliseconds(peer) - before) * 1000) / requests)
}

/** Medians, and the ratio of the second subject to the first, taken in each round. */
function figure(
  title: string,
  unit: string,
  subjects: readonly Subject[],
  name: 'perSecond' | 'cpu',
): Figures {
  const [plain, policy] = subjects.map((subject) => subject[name])
  const ratios = (policy ?? []).map((value, round) => value / (plain?.[round] ?? Number.NaN))
  const values = subjects.map((subject) => [subject.peer.name, median(subject[name])] as const)
  return { title, unit, values: { ...Object.fromEntries(values), ratio: median(ratios) } }
}

const tableOf = ({ title, unit, values }: Figures): string[] =>
  align([[title, unit], ...Object.entries(values).map(([name, value]) => [name, value.toFixed(2)])])

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
