import { openPacing } from '../../../api/pacing.ts'
import { requireCapability } from '../../../backends/capability.ts'
import type { BackendSource, TraceSource } from '../../../backends/trace-source.ts'
import { Failure } from '../../../errors.ts'
import type { TraceReference } from '../../../trace/id.ts'
import type { Trace } from '../../../trace/model.ts'
import { type Invocation, loadProfile } from '../../invocation.ts'
import { openProfile } from '../open-source.ts'
import type { Tally } from './tally.ts'

/** Reads one of many traces and gives what `use` makes of it, or why there is none. */
export type TraceReader = <Result>(
  reference: TraceReference,
  use: (trace: Trace) => Result,
) => Promise<Result | Failure>

/**
 * Opens the back end of the profile for many traces, whose requests keep one pace. It calls `onLimit` with the milliseconds
 * when all of them wait. The reader rejects with a failure that would meet all traces, and from then on each time.
 */
export async function openReader(
  invocation: Invocation,
  tally: Tally,
  onLimit: (milliseconds: number) => void,
): Promise<TraceReader> {
  const stop = new AbortController()
  const pacing = openPacing({ clock: invocation.ports.clock, signal: stop.signal, onLimit })
  const { profile } = await loadProfile(invocation)
  const opened = await openProfile(invocation, profile, { pacing, isLong: true })
  requireCapability(opened, 'trace')
  return readerOf(opened, stop, tally)
}

/** A source of whole traces. A file has no probe. */
export type ReadSource = TraceSource & Partial<Pick<BackendSource, 'probe'>>

/** A reader of what is opened. What would happen to all traces is also the reason that `stop` is aborted with. */
export function readerOf(source: ReadSource, stop: AbortController, tally: Tally): TraceReader {
  const { signal } = stop
  const isRefused = onlyOnce(async () => source.probe?.())
  return async (reference, use) => {
    signal.throwIfAborted()
    try {
      const trace = await source.trace(reference)
      tally.read()
      return use(trace)
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
