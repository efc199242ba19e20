import type { Span } from '../model.ts'

/**
 * Whether the parent may have waited for a span: nobody waits for a message to be consumed, nor for what the source says
 * only follows. Of nearly all spans two looks are enough.
 */
export const isAwaited = ({ kind, marks }: Pick<Span, 'kind' | 'marks'>): boolean =>
  kind !== 'consumer' && !(marks.length > 0 && marks.includes('follows-parent'))
