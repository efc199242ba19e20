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
  const hint =
    only !== undefined && others.length === 0
      ? `Did you mean: ${commandLine(invocation, { span: only })}`
      : `The ids of its spans: ${commandLine(invocation, { ...NO_CHOICE, unfold: true, showIds: true })}`
  return new Failure('not-found', `trace ${traceId} has no span ${typed}`, { hint })
}

/** Flags that leave spans out, or ids. */
const NO_CHOICE = {
  span: undefined,
  output: undefined,
  json: undefined,
  errors: undefined,
  service: undefined,
  attr: undefined,
  min: undefined,
  depth: undefined,
  from: undefined,
  to: undefined,
  details: undefined,
}
