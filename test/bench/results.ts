import { readFile, writeFile } from 'node:fs/promises'
import { cpus, release, totalmem } from 'node:os'
import type { Comparison } from './measure.ts'
import type { Verdict } from './target.ts'

/** What a suite found, as it stands in results.json under the name of the suite. */
export interface SuiteResult {
  readonly comparisons: readonly Comparison[]
  /** What is not the time of a whole process. */
  readonly figures?: readonly Figures[]
  readonly verdicts: readonly Verdict[]
  /** Programs that would have been compared against, but are not here. */
  readonly missing: readonly string[]
}

/** One figure of several subjects. */
export interface Figures {
  readonly title: string
  readonly unit: string
  readonly values: Readonly<Record<string, number>>
}

/** The machine in one line: figures of another machine are no comparison. */
export function machineLine(): string {
  const all = cpus()
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return `${all[0]?.model.trim() ?? 'unknown CPU'}, ${all.length} cores, ${gigabytes} GB, ${process.platform} ${release()}`
}

/** Puts the result of one suite into the committed file beside those of the others. */
export async function keepResult(
  path: string,
  suite: string,
  nodes: readonly string[],
  result: SuiteResult,
): Promise<void> {
  const all = (await readAll(path)) as Record<string, unknown>
  const date = new Date().toISOString().slice(0, 10)
  all[suite] = { date, machine: machineLine(), nodes, ...result }
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))
  await writeFile(path, `${JSON.stringify(sorted, undefined, 2)}\n`)
}

async function readAll(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}
