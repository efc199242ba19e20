import { Failure } from '../../errors.ts'
import { nearName } from '../../text/near-name.ts'
import { safeText } from '../../text/safe-text.ts'
import type { TraceTree } from '../../trace/tree/trace-tree.ts'

const MOST_NAMED = 20

/**
 * Failure `not-found` when a trace has no span of this service; names the nearest and those it has. `below`: the tree is what
 * is below this span.
 */
export function requireService(tree: TraceTree, service: string | undefined, below?: string): void {
  const { texts } = tree.services
  if (service === undefined || tree.count === 0 || texts.includes(service)) return
  const near = nearName(service, texts)
  const named = texts
    .filter(Boolean)
    .toSorted()
    .slice(0, MOST_NAMED)
    .map((name) => safeText(name, 60))
  const more = texts.length > MOST_NAMED ? `, and ${texts.length - MOST_NAMED} more` : ''
  const asked = `no span of service "${safeText(service, 60)}"`
  const [message, whose] =
    below === undefined
      ? [`this trace has ${asked}`, 'Its services']
      : [`${asked} in span ${safeText(below, 60)} and below`, 'The services there']
  throw new Failure('not-found', message, {
    hint: `${near === undefined ? '' : `Did you mean ${safeText(near, 60)}? `}${whose}: ${named.join(', ')}${more}`,
  })
}
