import type { Comparison } from './measure.ts'
import type { Verdict } from './target.ts'

/** Lines with their columns aligned, the first to the left and the others to the right. */
export function align(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  }
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number)))
      .join('  ')
      .trimEnd(),
  )
}

/** One comparison: a line a subject, `ratio` to the subject named `base`. */
export function comparisonTable({ title, rounds, measurements }: Comparison, base: string): string[] {
  const against = measurements.find(({ name }) => name === base)
  const rows = measurements.map(({ name, medianMs, minMs, maxMs, peakMb }) => [
    name,
    medianMs.toFixed(1),
    minMs.toFixed(1),
    maxMs.toFixed(1),
    against ? `${(medianMs / against.medianMs).toFixed(2)}x` : '',
    peakMb === null ? 'not measured' : peakMb.toFixed(1),
    against?.peakMb && peakMb !== null ? `${(peakMb / against.peakMb).toFixed(2)}x` : '',
  ])
  return align([
    [`${title} (${rounds} rounds)`, 'median ms', 'min', 'max', 'ratio', 'peak MB', 'ratio'],
    ...rows,
  ])
}

/** One line a target: the ratio, what it may be, and whether it is. */
export function verdictTable(verdicts: readonly Verdict[]): string[] {
  const word = ({ met, binding }: Verdict) =>
    met === null ? 'not measured' : `${met ? 'met' : 'not met'}${binding ? '' : ' (reported only)'}`
  return align([
    ['target', 'ratio', 'at most', ''],
    ...verdicts.map((verdict) => [
      `${verdict.title}: ${verdict.figure} of ${verdict.subject} / ${verdict.against}`,
      verdict.ratio === null ? '-' : verdict.ratio.toFixed(2),
      verdict.atMost.toFixed(2),
      word(verdict),
    ]),
  ])
}
