import { Failure } from '../../../errors.ts'
import { safeText } from '../../../text/safe-text.ts'
import {
  type AttributeCondition,
  parseCondition,
  splitCondition,
} from '../../../trace/conditions/attribute-condition.ts'
import { insteadOf, wayToField } from '../../../trace/conditions/own-field.ts'
import type { Scale } from '../../../trace/formats/output-choices.ts'
import { spanIdIn } from '../../../trace/id.ts'
import { type Moment, parseMoment } from '../../../trace/moment.ts'
import { parseNanos } from '../../../trace/nanos.ts'
import type { Selection } from '../../../trace/select.ts'
import { endsFirst, readTimeFromNow } from '../time-range.ts'

/** Which part of a trace to show, from the flags of `trace get`. */
export interface View {
  readonly selection: Selection
  /** The typed flags that select spans, for the header; undefined when there are none. */
  readonly says: string | undefined
  /** Only this span, whole, and its subtree. */
  readonly spanId: string | undefined
  readonly fold: boolean
  readonly bars: boolean
  /** What the waterfall has no room for, of each span that is drawn. */
  readonly details: boolean
  /** Span ids on the rows. */
  readonly showIds: boolean
  /** Nothing is left out of lists, values and stacks. */
  readonly full: boolean
  /** Indented text without drawing characters. */
  readonly plain: boolean
  readonly scale: Scale
  /** The time range to show. */
  readonly from: Moment | undefined
  readonly to: Moment | undefined
  /** Correct for clock skew. */
  readonly skew: boolean
  readonly showSensitive: boolean
}

type Options = Readonly<Record<string, unknown>>

/**
 * `now` in milliseconds since the epoch; `showsIds`: the command line that shows the ids of the spans, for a hint. Failure
 * `usage`: an invalid value.
 */
export function readView(options: Options, now: number, showsIds?: string): View {
  const selection: Selection = {
    ...(options.error === true && { errors: true }),
    ...(typeof options.service === 'string' && { service: options.service }),
    ...(typeof options.min === 'string' && { minNanos: parseNanos(options.min, '--min') }),
    ...(typeof options.depth === 'string' && { depth: readCount(options.depth, '--depth') }),
    ...(Array.isArray(options.attr) && { attributes: readConditions(options.attr as string[]) }),
  }
  return {
    selection,
    says: saysOf(options),
    spanId: typeof options.span === 'string' ? readSpanId(options.span, showsIds) : undefined,
    fold: options.unfold !== true,
    bars: options.bars !== false,
    details: options.details === true,
    showIds: options.showIds === true,
    full: options.full === true,
    plain: options.plain === true,
    scale: (options.scale as Scale | undefined) ?? 'linear',
    ...readStretch(options, now),
    skew: options.skew === true,
    showSensitive: options.showSensitive === true,
  }
}

/** Two moments of different kinds are compared when the trace is there. Failure `usage`: they are the wrong way round. */
function readStretch(options: Options, now: number): Pick<View, 'from' | 'to'> {
  const from = typeof options.from === 'string' ? readMoment(options.from, '--from', now) : undefined
  const to = typeof options.to === 'string' ? readMoment(options.to, '--to', now) : undefined
  if (from && to && isBefore(to, from)) throw endsFirst()
  return { from, to }
}

/** Whether both are of one kind, and the first is the earlier. */
function isBefore(a: Moment, b: Moment): boolean {
  if ('afterNanos' in a) return 'afterNanos' in b && a.afterNanos < b.afterNanos
  return 'epochNanos' in b && a.epochNanos < b.epochNanos
}

/** A moment of the trace, or one before now. Failure `usage`. */
function readMoment(text: string, flag: string, now: number): Moment {
  const millis = readTimeFromNow(text, flag, now)
  return millis === undefined ? parseMoment(text, flag) : { epochNanos: BigInt(millis) * 1_000_000n }
}

function saysOf(options: Options): string | undefined {
  const flags = ['service', 'min', 'depth', 'from', 'to'].filter((flag) => typeof options[flag] === 'string')
  const words = flags.map((flag) => `--${flag} ${safeText(String(options[flag]), 40)}`)
  if (options.error === true) words.unshift('--error')
  if (Array.isArray(options.attr)) {
    words.push(...(options.attr as string[]).map((pair) => `--attr ${safeText(pair, 60)}`))
  }
  return words.length > 0 ? words.join(' ') : undefined
}

/** A whole number from 1 to `most`. Failure `usage`. */
export function readCount(text: string, flag: string, most = 1_000_000): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  throw new Failure('usage', `${flag}: "${safeText(text, 40)}" is not a whole number from 1 to ${most}`, {
    hint: number > most ? `The largest is ${flag} ${most}.` : `Write it like ${flag} 20, or leave it out.`,
  })
}

/** Parses `key=value` texts, and those with another operator (`>=`, `!=`, `=~`); a condition stays. Failure `usage`. */
export function readConditions(given: readonly (string | AttributeCondition)[]): AttributeCondition[] {
  return given.map((text) => {
    if (typeof text !== 'string') return text
    const split = splitCondition(text)
    refuseField(split)
    const condition = parseCondition(text)
    if (typeof condition !== 'string') return condition
    const field = split && wayToField(split[0])
    throw new Failure('usage', `--attr: "${safeText(text, 60)}" ${condition}`, {
      hint:
        field === undefined
          ? "Write it like --attr http.response.status_code=500 or --attr 'http.response.status_code>=500'."
          : `--attr is for attributes; ${field}.`,
    })
  })
}

/** Failure `usage` for a condition on a field that another flag asks for, or none. */
function refuseField(condition: AttributeCondition | undefined): void {
  const hint = condition && insteadOf(condition)
  if (hint === undefined) return
  throw new Failure('usage', `--attr: ${condition?.[0]} is a field of TraceQL, and no attribute`, { hint })
}

function readSpanId(text: string, showsIds: string | undefined): string {
  const spanId = spanIdIn(text)
  if (spanId !== undefined) return spanId
  throw new Failure('usage', `--span: "${safeText(text, 60)}" is not a span id`, {
    hint: `It has 16 hex digits.${showsIds === undefined ? '' : ` The ids of its spans: ${showsIds}`}`,
  })
}
