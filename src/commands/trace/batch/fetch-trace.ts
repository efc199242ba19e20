import { openPacing } from '../../../api/pacing.ts'
import { Failure } from '../../../errors.ts'
import { safeJson } from '../../../text/safe-text.ts'
import { traceLine } from '../../../trace/formats/trace-line.ts'
import { maskTrace } from '../../../trace/masking.ts'
import { requireCapability } from '../../../trace/sources/capabilities.ts'
import { withheldNote } from '../../../trace/withheld.ts'
import { type Invocation, loadProfile } from '../../invocation.ts'
import { openProfile } from '../open-source.ts'
import type { BatchProgress } from './batch-progress.ts'
import type { WantedTrace } from './id-list.ts'
import type { BatchOptions } from './read-batch.ts'
import type { Tally } from './tally.ts'

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

/**
 * Opens the back end of the profile for many traces, whose requests keep one pace. The function it gives rejects with
 * what would happen to all ids, and from then on each time.
 */
export async function openFetch(
  invocation: Invocation,
  { format, showSensitive }: BatchOptions,
  tally: Tally,
  progress: BatchProgress,
): Promise<(one: WantedTrace) => Promise<Outcome>> {
  const stop = new AbortController()
  const { signal } = stop
  const onLimit = (milliseconds: number) => progress.limited(milliseconds)
  const pacing = openPacing({ clock: invocation.ports.clock, signal, onLimit })
  const { profile } = await loadProfile(invocation)
  const opened = await openProfile(invocation, profile, { pacing, isLong: true })
  const source = requireCapability(opened, 'trace')
  const isRefused = onlyOnce(() => opened.probe())
  return async ({ reference }) => {
    signal.throwIfAborted()
    try {
      const trace = await source.trace(reference)
      tally.read()
      const shown = showSensitive ? { trace, masked: () => 0 } : maskTrace(trace)
      const line = traceLine(format, shown.trace, (value) => safeJson(value))
      const { traceId, partial } = trace
      return { line, traceId, masked: shown.masked(), partial, withheldNote: withheldNote(trace) }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof Failure && !tally.isForAll(error)) {
        const isOwn = error.code !== 'not-allowed' || tally.isLetIn || !(await isRefused())
        if (isOwn) return error
      }
      stop.abort(error)
      throw error
    }
  }
}

/** Whether the API lets this person in nowhere, and not only at one trace: asked once. */
function onlyOnce(probe: () => Promise<void>): () => Promise<boolean> {
  let asked: Promise<boolean> | undefined
  return () => {
    asked ??= probe().then(
      () => false,
      (error) => error instanceof Failure && error.code === 'not-allowed',
    )
    return asked
  }
}
