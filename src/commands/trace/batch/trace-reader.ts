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
type TraceReader = <Result>(
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

/** How much is done at once. */
interface Bounds<Result> {
  /** Tasks that run at the same time. */
  readonly workers: number
  /** Tasks that run or whose results wait for those before them. */
  readonly ahead: number
  /** Bytes of results that wait; beyond it no further task begins. */
  readonly mostBytes: number
  sizeOf(result: Result): number
}

/**
 * Works on items, several at once, and gives the results in the order of the items. What waits for its turn is bounded, so
 * memory does not grow with the number of items. The first task that rejects ends it, once those before it are given.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<Result>,
  { workers, ahead, mostBytes, sizeOf }: Bounds<Result>,
): AsyncGenerator<Result> {
  const left = items[Symbol.iterator]()
  const begun: Promise<Result>[] = []
  let [running, waiting, isOver] = [0, 0, false]
  const begin = () => {
    while (
      !isOver &&
      running < workers &&
      begun.length < ahead &&
      (waiting < mostBytes || begun.length === 0)
    ) {
      const next = left.next()
      if (next.done === true) return
      running += 1
      const task = work(next.value).then((result) => {
        waiting += sizeOf(result)
        return result
      })
      // Also without anybody who waits for it yet.
      task
        .catch(() => {})
        .finally(() => {
          running -= 1
          begin()
        })
      begun.push(task)
    }
  }
  begin()
  try {
    for (let first = begun[0]; first !== undefined; first = begun[0]) {
      const result = await first
      begun.shift()
      waiting -= sizeOf(result)
      begin()
      yield result
    }
  } finally {
    isOver = true
  }
}
