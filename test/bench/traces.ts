import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Bench, NodeUnderTest } from './bench.ts'
import { bigTrace } from './big-trace.ts'
import { type Comparison, measure } from './measure.ts'
import { findProgram } from './peers.ts'
import type { Subject } from './process-run.ts'
import type { SuiteResult } from './results.ts'
import { comparisonTable } from './table.ts'
import { judge, type Target, type Verdict } from './target.ts'
import { writeOtlpJson, writeOtlpProtobuf } from './trace-files.ts'

const BINARY = resolve('bin/ls-auth.js')

/** What `jq` is asked for: the least it can do with a document, and it has to read all of it. */
const LEAST = '.|length'

interface Files {
  readonly tenThousand: string
  readonly hundredThousand: string
  readonly hundredThousandProtobuf: string
  readonly million: string
  readonly chain: string
}

/**
 * `trace get FILE` drawing a whole waterfall, against `jq '.|length'` on the same trace, both to a pipe. The files are
 * made anew, the same ones each time, and removed.
 */
export async function traces(bench: Bench): Promise<SuiteResult> {
  const directory = await mkdtemp(join(tmpdir(), 'ls-auth-bench-'))
  try {
    bench.print('writing 10,000, 100,000 and 1,000,000 spans and a chain of 80,000 ...')
    return await compareAll(bench, await writeFiles(directory))
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function writeFiles(directory: string): Promise<Files> {
  const files: Files = {
    tenThousand: join(directory, '10k.json'),
    hundredThousand: join(directory, '100k.json'),
    hundredThousandProtobuf: join(directory, '100k.pb'),
    million: join(directory, '1m.pb'),
    chain: join(directory, 'chain.json'),
  }
  await writeOtlpJson(bigTrace(10_000), files.tenThousand)
  await writeOtlpJson(bigTrace(100_000), files.hundredThousand)
  await writeOtlpProtobuf(bigTrace(100_000), files.hundredThousandProtobuf)
  await writeOtlpProtobuf(bigTrace(1_000_000), files.million)
  await writeOtlpJson(bigTrace(80_000, 'chain'), files.chain)
  return files
}

async function compareAll(bench: Bench, files: Files): Promise<SuiteResult> {
  const { nodes, rounds, print, beside } = bench
  const jq = findProgram('jq')
  const rival = (file: string): Subject[] => (jq ? [{ name: 'jq', command: jq, args: [LEAST, file] }] : [])
  const readers = (kind: string, file: string) => nodes.map((node) => reader(node, kind, file))
  const run = async (title: string, subjects: Subject[], times = rounds) => {
    const comparison = await measure(title, beside(subjects), times)
    print('')
    for (const line of comparisonTable(comparison, 'jq')) print(line)
    return comparison
  }
  const { tenThousand, hundredThousand, hundredThousandProtobuf } = files
  const small = await run('10,000 spans', [...rival(tenThousand), ...readers('JSON', tenThousand)])
  const large = await run('100,000 spans', [
    ...rival(hundredThousand),
    ...readers('JSON', hundredThousand),
    ...readers('protobuf', hundredThousandProtobuf),
  ])
  // These have nothing to be compared with: that they end is the point.
  const chain = await run('a chain of 80,000', readers('JSON', files.chain), 1)
  const million = await run('1,000,000 spans', readers('protobuf', files.million), 1)
  return {
    comparisons: [small, large, chain, million],
    verdicts: nodes.flatMap((node) => verdictsFor(node, small, large)),
    missing: jq ? [] : ['jq'],
  }
}

const nameOf = (node: NodeUnderTest, kind: string) => `ls-auth, ${kind}, ${node.name}`

function reader(node: NodeUnderTest, kind: string, file: string): Subject {
  return { name: nameOf(node, kind), command: node.path, args: [BINARY, 'trace', 'get', file] }
}

function verdictsFor(node: NodeUnderTest, small: Comparison, large: Comparison): Verdict[] {
  const target = (kind: string, figure: Target['figure'], atMost: number, against = 'jq'): Target => {
    return { subject: nameOf(node, kind), against, figure, atMost, binding: node.binding }
  }
  return [
    ...judge(small, [target('JSON', 'time', 1.1)]),
    ...judge(large, [
      target('JSON', 'time', 0.6),
      target('protobuf', 'time', 0.3),
      target('JSON', 'memory', 0.7),
      target('protobuf', 'memory', 0.7),
    ]),
    ...judge(large, [target('JSON', 'time', 11, nameOf(node, 'JSON'))], small),
  ]
}
