import type { Comparison, Measurement } from './measure.ts'

/**
 * What is wanted: one figure of `subject` at most `atMost` times the same figure of `against`. `added ms` is the difference
 * of the two, `us a request` that of `subject` alone.
 */
export interface Target {
  readonly subject: string
  readonly against: string
  readonly figure: 'time' | 'memory' | 'added ms' | 'us a request'
  readonly atMost: number
  /** Promised, or only reported (an older Node). */
  readonly binding: boolean
}

/** A target and what came of it; `ratio` and `met` are null where one side was not measured. */
export interface Verdict extends Target {
  readonly title: string
  readonly ratio: number | null
  readonly met: boolean | null
}

/** Judges targets by the medians of one comparison, or of two: `others` holds the subjects compared against. */
export function judge(
  comparison: Comparison,
  targets: readonly Target[],
  others: Comparison = comparison,
): Verdict[] {
  return targets.map((target) => {
    const mine = figureOf(comparison, target.subject, target.figure)
    const theirs = figureOf(others, target.against, target.figure)
    const title = others === comparison ? comparison.title : `${comparison.title} against ${others.title}`
    if (mine === null || theirs === null) return { title, ...target, ratio: null, met: null }
    const ratio = Math.round((mine / theirs) * 100) / 100
    return { title, ...target, ratio, met: ratio <= target.atMost }
  })
}

function figureOf({ measurements }: Comparison, name: string, figure: Target['figure']): number | null {
  const found: Measurement | undefined = measurements.find((one) => one.name === name)
  if (!found) return null
  return figure === 'time' ? found.medianMs : found.peakMb
}
