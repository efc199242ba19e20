import { Failure } from '../../errors.ts'
import type { Trace } from '../../trace/model.ts'
import { commandLine } from '../command-line.ts'
import type { Invocation } from '../invocation.ts'
import type { View } from './output/view-options.ts'

/** Fewer digits fit too many spans to say one of them. */
const LEAST_DIGITS = 4
/** Zeros that were put before an id that was cut off; one in 65,536 ids has as many of its own. */
const ZEROS = /^0{4,}/

/** Failure `not-found`: no span has the id of `--span`. Where one begins with what was typed, the line to copy. */
export function missingSpan(
  invocation: Invocation,
  { spanId = '' }: View,
  { traceId, spans }: Trace,
): Failure {
  const typed = spanId.replace(ZEROS, '')
  const near = typed.length < LEAST_DIGITS ? [] : spans.filter((span) => span.spanId.startsWith(typed))
  const [only, ...others] = near.map((span) => span.spanId)
  const span = others.length === 0 ? only : undefined
  const hint = invocation.args[0] === '-' ? hintOfInput(span) : hintOfLine(invocation, span)
  return new Failure('not-found', `trace ${traceId} has no span ${typed}`, { hint })
}

const hintOfLine = (invocation: Invocation, span: string | undefined): string =>
  span === undefined
    ? `The ids of its spans: ${commandLine(invocation, { ...NO_CHOICE, unfold: true, showIds: true })}`
    : `Did you mean: ${commandLine(invocation, { span })}`

/** Standard input is read only once, so no line leads on. */
const hintOfInput = (span: string | undefined): string =>
  span === undefined ? 'Give --unfold --show-ids in place of --span.' : `Did you mean --span ${span}?`

/** Flags that leave spans out, or ids. */
const NO_CHOICE = {
  span: undefined,
  output: undefined,
  json: undefined,
  error: undefined,
  service: undefined,
  attr: undefined,
  min: undefined,
  depth: undefined,
  from: undefined,
  to: undefined,
  details: undefined,
}
