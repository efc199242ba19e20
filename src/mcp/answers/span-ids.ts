import { readView } from '../../commands/trace/output/view-options.ts'
import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Trace } from '../../trace/model.ts'

/** The span id in the text of an argument. Failure `usage`, in words of the tools. */
export function readSpanId(argument: string, text: string, now: number): string {
  try {
    return readView({ span: text }, now).spanId as string
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause
    throw new Failure('usage', `${argument}: "${safeText(text, 40)}" is no span id`, {
      hint: 'The rows of get_trace begin with the ids.',
      cause,
    })
  }
}

/**
 * Failure `not-found`: no spans with these ids, which are hex digits, are here. Where the trace is only a part, they may
 * have been cut away.
 */
export const noSuchSpans = (spanIds: readonly string[], { partial }: Pick<Trace, 'partial'>): Failure =>
  new Failure('not-found', `${heldBy(partial)} has no span ${spanIds.join(', ')}`, {
    hint: 'The rows of get_trace begin with the ids of its spans.',
  })

const heldBy = (partial: string | undefined): string =>
  partial === undefined ? 'the trace' : 'the part of the trace that is here'
