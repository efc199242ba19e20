import { readTraceArgument, readTraceId } from '../commands/trace/find-trace.ts'
import { MASKED } from '../commands/trace/masked.ts'
import { Failure } from '../errors.ts'
import {
  type Answer,
  type Block,
  drawnBlock,
  isPlain,
  type Note,
  type Step,
  textBlock,
} from '../frame/answer.ts'
import { bool, choice, value } from '../frame/flag.ts'
import { ASKS_API, verb } from '../frame/verb.ts'
import { safeText } from '../text/safe-text.ts'
import { type ComparedSide, Comparer, type Comparison } from '../trace/compare/comparison.ts'
import { renderComparison, toRowJson, toSummaryJson } from '../trace/compare/comparison-output.ts'
import { incompleteText, whyUnknown } from '../trace/compare/medians.ts'
import {
  deltaOf,
  isAgainstMedians,
  originOf,
  rankedRows,
  type SideLabels,
  thresholdLines,
} from '../trace/compare/verdict.ts'
import { glyphsFor } from '../trace/render/glyphs.ts'
import { readSearch, readSide, readSides, type Side, type SideReport } from './diff-sides.ts'
import { backendFlags, sensitiveFlag } from './flags.ts'
import { PICKS } from './search-flags.ts'

const FORMATS = ['tree', 'json', 'ndjson', 'csv', 'agent'] as const

/** Taken to say that each side has its own. */
const ofSide = bool('which trace of a search', { isHidden: true })

/** `ls-auth trace diff A B`: what got slower, where, and by how much. */
export const traceDiff = verb({
  args: '[a] [b]',
  summary: 'compare two traces; [a] and [b] as in trace get, or --a and --b are searches',
  ...ASKS_API,
  exits: [...ASKS_API.exits, 5],
  completes: ['files', 'files'],
  flags: {
    first: value(
      '<id>',
      'the trace to compare with: its id, a traceparent or the address of its page',
      readTraceArgument,
      { argument: 0 },
    ),
    second: value('<id>', 'the trace in question, in the same form', readTraceArgument, { argument: 1 }),
    a: value('<search>', "a search instead of [a]: 'service=checkout since=1d'", readSearch),
    b: value(
      '<search>',
      'the same instead of [b], with the flags of trace search without dashes',
      readSearch,
    ),
    traceA: value('<id>', 'trace to use from the file [a]', readTraceId),
    traceB: value('<id>', 'trace to use from the file [b]', readTraceId),
    failIfSlower: value(
      '<percent>',
      'exit with 5 if the trace got slower by more than this (20%)',
      readPercent,
    ),
    full: bool('show everything in the list and the tree'),
    output: choice('<format>', 'output format', FORMATS, { short: 'o' }),
    ...backendFlags,
    ...sensitiveFlag,
    latest: ofSide,
    slowest: ofSide,
    errorLatest: ofSide,
  },
  formats: FORMATS,
  examples: [
    {
      does: 'a slow request against a good one',
      line: 'ls-auth trace diff 4bf92f3577b34da6a3ce929d0e0e4736 0af7651916cd43dd8448eb211c80319c',
    },
    {
      does: 'one request against the medians of a search',
      line: "ls-auth trace diff 0af7651916cd43dd8448eb211c80319c --a 'service=checkout since=1d'",
    },
    {
      does: 'before and after a release',
      line: "ls-auth trace diff --a 'service=checkout from=2026-11-24T09:00Z to=2026-11-24T10:00Z' --b 'service=checkout from=2026-11-24T10:00Z'",
    },
    {
      does: 'in CI: exit with 5 if the second file is over 20% slower',
      line: 'ls-auth trace diff before.json after.json --fail-if-slower 20%',
    },
  ],
  tools: [
    {
      name: 'diff_traces',
      title: 'Compare two traces',
      asks: 'trace',
      description:
        'Compares trace A with trace B: the operations behind the difference by self time, new and gone operations, then the merged tree. Use a good request like B as A. At most 16 kB.',
      takes: ['first', 'second'],
      required: ['first', 'second'],
    },
  ],
  async run(invocation, flags, format): Promise<Answer> {
    const { full, failIfSlower } = flags
    const pick = PICKS.find((_, i) => [flags.latest, flags.slowest, flags.errorLatest][i])
    if (pick !== undefined)
      throw new Failure('usage', `each side of trace diff has its own ${pick}`, {
        hint: `Write it into the side: --a 'service=NAME pick=${pick}'`,
      })
    if (format === 'agent' && full)
      throw new Failure('usage', '--full changes a drawing, but -o agent has only one form', {
        hint: 'Drop --full or -o.',
      })
    const sides = readSides(flags)
    const comparer = new Comparer()
    // One after the other: both may need the same session, and a person may be asked.
    const a = await readSide(invocation, 'A', sides[0], flags, (tree) => comparer.add('a', tree))
    const b = await readSide(invocation, 'B', sides[1], flags, (tree) => comparer.add('b', tree))
    const comparison = comparer.compare()
    return {
      data: {
        rows: rankedRows(comparison),
        row: (row: number) => toRowJson(comparison, row),
        whole: (rows) => ({ ...toSummaryJson(comparison, a, b), rows }),
      },
      blocks: comparisonBlocks(comparison, { a: a.name, b: b.name }, full),
      notes: [
        ...a.notes,
        ...b.notes,
        a.traceId !== undefined && a.traceId === b.traceId ? sameTrace(comparison) : undefined,
        incomplete('A', comparison.a),
        incomplete('B', comparison.b),
        a.masked + b.masked > 0 ? MASKED : undefined,
      ],
      next: nextSteps(comparison, sides[1], b),
      failure: failIfSlower === undefined ? undefined : judge(comparison, failIfSlower),
    }
  },
})

function readPercent(typed: string): number {
  const [, number] = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(typed) ?? []
  if (number !== undefined) return Number(number)
  throw new Failure('usage', `--fail-if-slower: "${safeText(typed, 40)}" is not a percentage`, {
    hint: 'Write it like 20%.',
  })
}

/** A comparison as text; an agent gets its own rule first: what counts. */
const comparisonBlocks = (comparison: Comparison, labels: SideLabels, full: boolean): Block[] => [
  textBlock(({ audience, width, style }) =>
    audience === 'agent' ? thresholdLines(comparison, { width, style, glyphs: glyphsFor(false) }) : [],
  ),
  drawnBlock(({ audience, ...pen }) =>
    renderComparison(comparison, { ...pen, labels, full, forAgent: audience === 'agent' }),
  ),
]

/** As one trace has it that was read twice: every figure is the same on both sides. */
const sameTrace = ({ rows }: Comparison): Note => {
  const isEqual = rows.every(({ a, b }) => a.calls === b.calls && a.totalNanos === b.totalNanos)
  return {
    code: 'same-trace',
    text: `A and B ${isEqual ? 'are the same trace' : 'have the same id, and differ'}`,
  }
}

/** Of one trace, and of a side with no other, the answer itself says it. */
const incomplete = (letter: string, side: ComparedSide): Note | undefined =>
  side.incomplete === 0 || side.incomplete === side.all
    ? undefined
    : { code: 'incomplete', text: `${letter}: ${incompleteText(side)}, excluded from the medians` }

/** What slow spans of the service with the largest change have in common, and B alone. */
function nextSteps(comparison: Comparison, { file }: Side, { traceId }: SideReport): Step[] {
  if (file === '-') return []
  if (file !== undefined && traceId !== undefined)
    return [{ verb: 'trace get', args: [file], flags: { trace: traceId } }]
  const [service] = originOf(comparison).rows.flatMap((row) => {
    const { b, service = '' } = comparison.rows[row] ?? {}
    return b && b.calls > 0 && isPlain(service) ? [service] : []
  })
  return [
    ...(service === undefined ? [] : [{ verb: 'trace why', flags: { service, slowerThan: 'p95', file } }]),
    ...(traceId === undefined ? [] : [{ verb: 'trace get', args: [traceId] }]),
  ]
}

/** Failure `check-failed`: B took longer than allowed, or it isn't known. */
function judge(comparison: Comparison, mostSlower: number): Failure | undefined {
  const { tendency } = comparison
  const delta = deltaOf(comparison)
  if (delta === undefined || delta.ofNanos === 0) {
    const why = whyUnknown(comparison) ?? 'A has no duration'
    return new Failure('check-failed', `--fail-if-slower cannot be judged: ${why}`, {
      hint: 'Use complete traces, whose root has a start and an end.',
    })
  }
  const percent = (delta.nanos * 100) / delta.ofNanos
  if (percent <= mostSlower) return undefined
  const message = `B is ${shownAbove(percent, mostSlower)}% slower than A, and --fail-if-slower allows ${mostSlower}%`
  // Unknown is as bad as slower: it may be slower.
  if (tendency !== undefined && tendency !== 'slower') return maybeChance(comparison, message)
  return new Failure('check-failed', message, { hint: whereToLook(comparison) })
}

function maybeChance(comparison: Comparison, message: string): Failure {
  const { leastTraces } = comparison
  const failed = (why: string, hint: string) => new Failure('check-failed', `${message}; ${why}`, { hint })
  if (isAgainstMedians(comparison))
    return failed(
      'but its traces tend to be faster',
      'One kind of trace got faster. Compare each kind separately, with more conditions in --a and --b.',
    )
  const more = leastTraces === undefined ? 'more traces' : `at least ${leastTraces} traces`
  return failed('too few traces to rule out chance', `Compare ${more} on each side.`)
}

/** What got slower, whatever became of the whole in words: `same` can be more than allowed. */
function whereToLook({ rows }: Comparison): string {
  const origin = originOf({ rows, change: 'slower' })
  const [row] = origin.rows
  const isBesideOnly = rows.some(({ isBeside, selfChange }) => isBeside && selfChange === 'slower')
  if (row === undefined)
    return `No operation ${isBesideOnly ? 'on the critical path ' : ''}got significantly slower itself. --full shows each.`
  const name = safeText(`${rows[row]?.name} (${rows[row]?.service})`, 200)
  return `Start with the operation that slowed down most${origin.isSure ? '' : ', which may be chance'}: ${name}`
}

/** Digits that `toFixed` takes at most. */
const MOST_DIGITS = 100

/** A number with one decimal, or as many as it takes to see that it is more than `least`. */
function shownAbove(number: number, least: number): string {
  let digits = 1
  while (Number(number.toFixed(digits)) <= least && digits < MOST_DIGITS) digits++
  return number.toFixed(digits)
}
