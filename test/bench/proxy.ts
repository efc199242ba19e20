import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Bench, NodeUnderTest } from './bench.ts'
import { load } from './load.ts'
import { findProgram } from './peers.ts'
import { cpuMilliseconds, openPeers, type Peer, type Peers, residentMegabytes } from './proxy-peers.ts'
import type { Figures, SuiteResult } from './results.ts'
import { align } from './table.ts'
import type { Verdict } from './target.ts'

const AT_ONCE = 200
const LATENCY_REQUESTS = 300
const RATE_REQUESTS = 5_000
const FLAT_REQUESTS = [10_000, 100_000] as const
const BODY_BYTES = 2 ** 30

/**
 * What the local proxy costs: time that it adds, requests a second of its processor time beside a bare pass-through in
 * Node and Apache's mod_proxy, and memory. One load generator for all; rounds alternate. Linux, with `ab`.
 */
export async function proxy(bench: Bench): Promise<SuiteResult> {
  if (process.platform !== 'linux' || !findProgram('ab'))
    return { comparisons: [], verdicts: [], missing: ['ab (apache2-utils), on Linux'] }
  const figures: Figures[] = []
  const verdicts: Verdict[] = []
  const missing = new Set<string>()
  for (const node of bench.nodes) {
    const peers = await openPeers(node.path)
    if (!peers.apache) missing.add('Apache mod_proxy')
    try {
      for (const [found, verdict] of [
        ...(await timesOf(peers, node, bench.rounds)),
        ...(await memoryOf(peers.ours, node)),
      ]) {
        figures.push(found)
        verdicts.push(...verdict)
        bench.print('')
        for (const line of tableOf(found)) bench.print(line)
      }
    } finally {
      await peers.close()
    }
  }
  return { comparisons: [], figures, verdicts, missing: [...missing] }
}

type Finding = readonly [Figures, Verdict[]]

async function timesOf(peers: Peers, node: NodeUnderTest, rounds: number): Promise<Finding[]> {
  const all = [peers.direct, peers.ours, peers.bare, ...(peers.apache ? [peers.apache] : [])]
  const seen = new Map(
    all.map((peer) => [peer, { alone: [], rate: [], cpu: [] } as Record<string, number[]>]),
  )
  // One round before is not counted: code is not compiled yet, connections are not open.
  for (let round = 0; round <= rounds; round += 1) {
    for (const peer of all) {
      const { medianMs } = await load(peer.url, LATENCY_REQUESTS, 1)
      const before = cpuMilliseconds(peer)
      const { perSecond } = await load(peer.url, RATE_REQUESTS, AT_ONCE)
      const microseconds = ((cpuMilliseconds(peer) - before) * 1000) / RATE_REQUESTS
      if (round === 0) continue
      const of = seen.get(peer)
      of?.alone?.push(medianMs)
      of?.rate?.push(perSecond)
      of?.cpu?.push(microseconds)
    }
  }
  const values = (name: string) =>
    Object.fromEntries(all.map((peer) => [peer.name, median(seen.get(peer)?.[name] ?? [])]))
  const [alone, cpu] = [values('alone'), values('cpu')]
  const ours = peers.ours.name
  const added = (alone[ours] as number) - (alone[peers.direct.name] as number)
  const of = (title: string) => `${title}, ${node.name}`
  return [
    [
      { title: of('one request at a time'), unit: 'ms, median', values: alone },
      [judged(of('one request at a time'), ours, 'directly', 'added ms', added, 1, node)],
    ],
    [
      {
        title: of(`${AT_ONCE} at once`),
        unit: 'requests a second, all on this machine',
        values: values('rate'),
      },
      [],
    ],
    [
      { title: of(`${AT_ONCE} at once`), unit: 'us of processor time a request', values: cpu },
      // 2,000 a second on one core.
      [judged(of(`${AT_ONCE} at once`), ours, 'nothing', 'us a request', cpu[ours] as number, 500, node)],
    ],
  ]
}

async function memoryOf(ours: Peer, node: NodeUnderTest): Promise<Finding[]> {
  const values: Record<string, number> = {}
  let sent = 0
  for (const many of FLAT_REQUESTS) {
    await load(ours.url, many - sent, AT_ONCE)
    sent = many
    values[`after ${many.toLocaleString('en')} requests`] = residentMegabytes(ours)
  }
  const [first, last] = Object.values(values) as [number, number]
  const down = await peakDuring(ours, () => receive(`${ours.url}?big`))
  const up = await peakDuring(ours, () => send(ours.url))
  Object.assign(values, {
    'while it hands on an answer of 1 GB': down,
    'while it hands on a body of 1 GB': up,
  })
  const title = `memory, ${node.name}`
  const target = (subject: string, figure: number) =>
    judged(title, subject, 'after 10,000 requests', 'memory', figure / first, 1.5, node)
  return [
    [
      { title, unit: 'MB', values },
      [
        target('after 100,000 requests', last),
        target('an answer of 1 GB', down),
        target('a body of 1 GB', up),
      ],
    ],
  ]
}

async function peakDuring(peer: Peer, work: () => Promise<void>): Promise<number> {
  let peak = 0
  const reading = setInterval(() => {
    peak = Math.max(peak, residentMegabytes(peer))
  }, 20)
  try {
    await work()
    return peak
  } finally {
    clearInterval(reading)
  }
}

/** Reads an answer of 1 GB, and forgets it. */
async function receive(url: string): Promise<void> {
  const answer = await fetch(url)
  let size = 0
  for await (const part of answer.body ?? []) size += part.length
  if (size !== BODY_BYTES) throw new Error(`${size} bytes came`)
}

/** Sends a body of 1 GB. */
async function send(url: string): Promise<void> {
  const part = Buffer.alloc(64 * 1024, 'x')
  const parts = Readable.from(
    (function* () {
      for (let sent = 0; sent < BODY_BYTES; sent += part.length) yield part
    })(),
  )
  const asked = request(url, { method: 'POST' })
  const status = new Promise<number | undefined>((done, fail) => {
    asked
      .on('response', (answer) => answer.resume().on('end', () => done(answer.statusCode)))
      .on('error', fail)
  })
  await pipeline(parts, asked)
  if ((await status) !== 200) throw new Error('the body was not taken')
}

function judged(
  title: string,
  subject: string,
  against: string,
  figure: Verdict['figure'],
  value: number,
  atMost: number,
  { binding }: NodeUnderTest,
): Verdict {
  const ratio = Math.round(value * 100) / 100
  return { title, subject, against, figure, atMost, binding, ratio, met: ratio <= atMost }
}

const tableOf = ({ title, unit, values }: Figures): string[] =>
  align([[title, unit], ...Object.entries(values).map(([name, value]) => [name, value.toFixed(2)])])

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
