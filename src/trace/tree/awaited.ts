import type { Span } from '../model.ts'
import { isEndless } from './endless.ts'

/**
 * Whether the parent may have waited for a span: nobody waits for a message to be consumed, nor for what the source says
 * only follows. Of nearly all spans two looks are enough.
 */
export const isAwaited = ({ kind, marks }: Pick<Span, 'kind' | 'marks'>): boolean =>
  kind !== 'consumer' && !(marks.length > 0 && marks.includes('follows-parent'))

/**
 * Whether no error reached a root: above each stands a span that waited for it and did not fail, as far as is known. Undefined:
 * nothing failed.
 */
export function errorsHandled(spans: readonly Span[]): boolean | undefined {
  const failed = spans.filter(({ status }) => status === 'error')
  if (failed.length === 0) return undefined
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  return failed.every((span) => {
    const caller = span.parentId === undefined ? undefined : byId.get(span.parentId)
    return caller !== undefined && isAwaited(span) && (caller.status === 'error' || !isEndless(caller))
  })
}
