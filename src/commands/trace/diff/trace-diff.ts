import { Failure } from '../../../errors.ts'
import { safeText } from '../../../text/safe-text.ts'
import { type ComparedSide, Comparer, type Comparison } from '../../../trace/compare/comparison.ts'
import { incompleteText, whyUnknown } from '../../../trace/compare/incomplete-sides.ts'
import { deltaOf, isAgainstMedians, originOf, undecidableRow } from '../../../trace/compare/ranking.ts'
import type { DiffFormat } from '../../../trace/formats/output-choices.ts'
import type { CliCommand, Typed } from '../../cli-command.ts'
import { type Invocation, tell } from '../../invocation.ts'
import { tellNoRoom } from '../no-room.ts'
import { ndjson, printData, readFormat, tellMasked } from '../print-rows.ts'
import { fileOf, readSides, type Side } from './read-sides.ts'
import { type Reading, type SideTold, tracesOf } from './side-traces.ts'

interface TraceDiffOptions extends Reading {
  readonly sides: readonly [a: Side, b: Side]
  readonly format: DiffFormat
  readonly full: boolean
  /** Percent; undefined: no judgement is asked for. */
  readonly mostSlower: number | undefined
}

/** `ls-auth trace diff A B`: what got slower, where, and by how much. */
export const traceDiff: CliCommand<TraceDiffOptions> = { read, run }

function read(typed: Typed): TraceDiffOptions {
  const { flags } = typed
  const format = readFormat<DiffFormat>(typed, 'tree')
  if (format === 'agent' && flags.full === true)
    throw new Failure('usage', '--full changes a drawing; -o agent has one form only', {
      hint: 'Leave --full out, or -o.',
    })
  return {
    sides: readSides(typed),
    format,
    full: flags.full === true,
    mostSlower: typeof flags.failIfSlower === 'string' ? readPercent(flags.failIfSlower) : undefined,
    skew: flags.skew === true,
    showSensitive: flags.showSensitive === true,
  }
}

function readPercent(text: string): number {
  const [, number] = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text) ?? []
  if (number !== undefined) return Number(number)
  throw new Failure('usage', `--fail-if-slower: "${safeText(text, 40)}" is not a percentage`, {
    hint: 'Write it like 20%.',
  })
}

async function run(invocation: Invocation, options: TraceDiffOptions): Promise<void> {
  const { sides, format, mostSlower } = options
  const forAgent = format === 'agent' ? await import('../for-agent/diff-text.ts') : undefined
  const notes: string[] = []
  const telling = forAgent ? forAgent.notesInto(notes, invocation) : invocation
  const comparer = new Comparer()
  // One after the other: both may need the same session, and a person may be asked.
  const a = await tracesOf(telling, sides[0], options, (tree) => comparer.add('a', tree))
  const b = await tracesOf(telling, sides[1], options, (tree) => comparer.add('b', tree))
  const comparison = comparer.compare()
  if (format !== 'agent') await write(invocation, comparison, a, b, { ...options, format })
  if (a.traceId !== undefined && a.traceId === b.traceId)
    tell(
      telling,
      `note: A and B ${isEqual(comparison) ? 'are the same trace' : 'have the same id, and differ'}`,
    )
  for (const side of ['a', 'b'] as const) tellIncomplete(telling, side.toUpperCase(), comparison[side])
  if (forAgent) {
    const labels = { a: a.name, b: b.name }
    await invocation.ports.terminal.out(
      forAgent.diffForAgent(comparison, labels, notes, fileOf(sides[0]) ?? fileOf(sides[1])),
    )
  }
  if (a.masked + b.masked > 0) tellMasked(invocation, 'values')
  if (mostSlower !== undefined) judge(comparison, mostSlower)
}

async function write(
  invocation: Invocation,
  comparison: Comparison,
  a: SideTold,
  b: SideTold,
  { format, full }: { readonly format: Exclude<DiffFormat, 'agent'>; readonly full: boolean },
): Promise<void> {
  const { terminal } = invocation.ports
  if (format === 'tree') {
    const { renderComparison } = await import('../../../trace/render/comparison/comparison-text.ts')
    const { columns: width, unicode } = terminal
    const style = await terminal.style('out')
    const labels = { a: a.name, b: b.name }
    const leftOut: string[] = []
    await terminal.page(renderComparison(comparison, { width, unicode, style, full, labels, leftOut }), '\n')
    return tellNoRoom(invocation, leftOut)
  }
  const { toComparisonCsv, toRowsJson, toSummaryJson } = await import(
    '../../../trace/compare/comparison-export.ts'
  )
  if (format === 'csv') return terminal.out(toComparisonCsv(comparison))
  if (format === 'ndjson') return terminal.out(linesOf(toRowsJson(comparison)))
  await printData(invocation, format, {
    rows: [...toRowsJson(comparison)],
    toJson: (row) => row,
    whole: (rows) => ({ ...toSummaryJson(comparison, a, b), rows }),
  })
}

function* linesOf(rows: Iterable<unknown>): Generator<string> {
  for (const row of rows) yield ndjson([row])
}

/** Of one trace, and of a side with no other, the answer itself says it. */
function tellIncomplete(invocation: Invocation, letter: string, side: ComparedSide): void {
  if (side.incomplete === 0 || side.incomplete === side.all) return
  tell(invocation, `note: ${letter}: ${incompleteText(side)}: left out of the medians`)
}

/** Failure `check-failed`: B took longer than allowed, or nobody can tell. */
function judge(comparison: Comparison, mostSlower: number): void {
  const { tendency } = comparison
  const delta = deltaOf(comparison)
  if (delta === undefined || delta.ofNanos === 0) {
    const why = whyUnknown(comparison) ?? 'A has no duration'
    throw new Failure('check-failed', `--fail-if-slower cannot be judged: ${why}`, {
      hint: 'Give whole traces, whose root has a start and an end.',
    })
  }
  const percent = (delta.nanos * 100) / delta.ofNanos
  if (percent <= mostSlower) return
  const text = `B is ${shownAbove(percent, mostSlower)}% slower than A, and --fail-if-slower allows ${mostSlower}%`
  // Unknown is as bad as slower: nobody has shown that it is not.
  if (tendency !== undefined && tendency !== 'slower') throw maybeChance(comparison, text)
  throw new Failure('check-failed', text, { hint: whereToLook(comparison) })
}

function maybeChance(comparison: Comparison, text: string): Failure {
  const { rows, leastTraces } = comparison
  if (isAgainstMedians(comparison))
    return new Failure('check-failed', `${text}; but its traces tend to be faster`, {
      hint: 'There are fast and slow traces, and one kind got faster: compare each kind by itself, with more conditions in --a and --b.',
    })
  const half = undecidableRow(comparison)
  if (half !== undefined) {
    const name = safeText(rows[half]?.name ?? '', 200)
    return new Failure('check-failed', `${text}; it may be chance`, {
      hint: `About half of the traces have ${name}, so that more traces could not tell. Compare those that have it alone: name= in --a and --b.`,
    })
  }
  const more = leastTraces === undefined ? 'more traces' : `at least ${leastTraces} traces`
  return new Failure('check-failed', `${text}; too few traces to tell whether it is chance`, {
    hint: `Compare ${more} on each side.`,
  })
}

/** What got slower, whatever became of the whole in words: `same` can be more than allowed. */
function whereToLook({ rows }: Comparison): string {
  const origin = originOf({ rows, change: 'slower' })
  const [row] = origin.rows
  const isBesideOnly = rows.some(({ isBeside, selfChange }) => isBeside && selfChange === 'slower')
  if (row === undefined)
    return `No operation ${isBesideOnly ? 'that the request waits for ' : ''}got slower in itself by enough to count: --full shows each.`
  const name = safeText(`${rows[row]?.name} (${rows[row]?.service})`, 200)
  return `Look first at what got slowest in itself${origin.isSure ? '' : ', which may be chance'}: ${name}`
}

/** Digits that `toFixed` takes at most. */
const MOST_DIGITS = 100

/** A number with one decimal, or as many as it takes to see that it is more than `least`. */
function shownAbove(number: number, least: number): string {
  let digits = 1
  while (Number(number.toFixed(digits)) <= least && digits < MOST_DIGITS) digits++
  return number.toFixed(digits)
}

/** Every figure is the same on both sides, as it is of one trace that was read twice. */
const isEqual = ({ rows }: Comparison): boolean =>
  rows.every(({ a, b }) => a.calls === b.calls && a.totalNanos === b.totalNanos)
