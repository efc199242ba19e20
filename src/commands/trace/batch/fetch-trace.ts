import type { Failure } from '../../../errors.ts'
import { safeJson } from '../../../text/safe-text.ts'
import { traceLine } from '../../../trace/formats/trace-line.ts'
import { maskTrace } from '../../../trace/masking.ts'
import type { Trace } from '../../../trace/model.ts'
import { withheldNote } from '../../../trace/withheld.ts'
import type { Invocation } from '../../invocation.ts'
import type { BatchProgress } from './batch-progress.ts'
import type { WantedTrace } from './id-list.ts'
import type { BatchOptions } from './read-batch.ts'
import type { Tally } from './tally.ts'
import { openReader } from './trace-reader.ts'

/** A trace as a line of the output. */
export interface FetchedTrace {
  readonly line: Buffer
  readonly traceId: string
  /** How many values are masked in it. */
  readonly masked: number
  /** Why it is only a part of the trace, in the words of the back end. */
  readonly partial: string | undefined
  /** For a person; undefined: nothing of it is withheld. */
  readonly withheldNote: string | undefined
}

/** A trace, or why there is none. */
export type Outcome = FetchedTrace | Failure

/** Opens the back end of the profile for many traces, as {@link openReader} does, and makes lines of them. */
export async function openFetch(
  invocation: Invocation,
  options: BatchOptions,
  tally: Tally,
  progress: BatchProgress,
): Promise<(one: WantedTrace) => Promise<Outcome>> {
  const read = await openReader(invocation, tally, (milliseconds) => progress.limited(milliseconds))
  return ({ reference }) => read(reference, (trace) => asLine(trace, options))
}

function asLine(trace: Trace, { format, showSensitive }: BatchOptions): FetchedTrace {
  const shown = showSensitive ? { trace, masked: () => 0 } : maskTrace(trace)
  const line = traceLine(format, shown.trace, (value) => safeJson(value))
  const { traceId, partial } = shown.trace
  return { line, traceId, masked: shown.masked(), partial, withheldNote: withheldNote(trace.spans) }
}
