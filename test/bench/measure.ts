import { peakMegabytes, type Subject, timeOnce } from './process-run.ts'

/** What one subject took, over all rounds. */
export interface Measurement {
  readonly name: string
  readonly medianMs: number
  readonly minMs: number
  readonly maxMs: number
  /** The largest of up to {@link MEMORY_RUNS} runs of their own; null where it cannot be measured. */
  readonly peakMb: number | null
}

/** Subjects that were measured against each other. */
export interface Comparison {
  /** What was done: `100,000 spans`. */
  readonly title: string
  readonly rounds: number
  readonly measurements: readonly Measurement[]
}

const MEMORY_RUNS = 3

/**
 * Times subjects against each other in alternating order (ABC ABC …), so that what slows the machine down for a while
 * slows all of them. One round before is not counted: it fills the file cache. Throws when a subject fails: a wrong exit
 * status or no output is never a time.
 */
export async function measure(
  title: string,
  subjects: readonly Subject[],
  rounds: number,
): Promise<Comparison> {
  const times = subjects.map((): number[] => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [i, subject] of subjects.entries()) {
      const ms = await timeOnce(subject)
      if (round > 0) times[i]?.push(ms)
    }
  }
  const measurements: Measurement[] = []
  for (const [i, subject] of subjects.entries()) {
    const sorted = (times[i] as number[]).sort((a, b) => a - b)
    measurements.push({
      name: subject.name,
      medianMs: round(median(sorted)),
      minMs: round(sorted[0] as number),
      maxMs: round(sorted.at(-1) as number),
      peakMb: await largestPeak(subject, Math.min(rounds, MEMORY_RUNS)),
    })
  }
  return { title, rounds, measurements }
}

async function largestPeak(subject: Subject, runs: number): Promise<number | null> {
  let largest = 0
  for (let run = 0; run < runs; run++) {
    const peak = await peakMegabytes(subject)
    if (peak === undefined) return null
    largest = Math.max(largest, peak)
  }
  return round(largest)
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length / 2
  return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle) - 1] as number)) / 2
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
