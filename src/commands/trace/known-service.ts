import { Failure } from '../../errors.ts'
import { nearName } from '../../text/near-name.ts'
import { safeText } from '../../text/safe-text.ts'
import type { TraceTree } from '../../trace/tree/trace-tree.ts'

const MOST_NAMED = 20

/** Failure `not-found` when a trace has no span of this service; names the nearest and those it has. */
export function requireService(tree: TraceTree, service: string | undefined): void {
  const { texts } = tree.services
  if (service === undefined || tree.count === 0 || texts.includes(service)) return
  const near = nearName(service, texts)
  const named = texts
    .filter(Boolean)
    .toSorted()
    .slice(0, MOST_NAMED)
    .map((name) => safeText(name, 60))
  const more = texts.length > MOST_NAMED ? `, and ${texts.length - MOST_NAMED} more` : ''
  throw new Failure('not-found', `this trace has no span of service "${safeText(service, 60)}"`, {
    hint: `${near === undefined ? '' : `Did you mean ${safeText(near, 60)}? `}Its services: ${named.join(', ')}${more}`,
  })
}
