import type { Comparison } from '../../trace/causes/comparison.ts'
import { withoutSensitive } from '../../trace/causes/no-cause.ts'
import { rankCauses } from '../../trace/causes/rank-causes.ts'
import type { Invocation } from '../invocation.ts'
import { tellMasked } from './print-rows.ts'

/** Prints what the back end compared for a query as `trace why` does: ranked, and without what may be chance. */
export async function printRanked(
  invocation: Invocation,
  compared: Comparison,
  showSensitive: boolean,
): Promise<void> {
  const { terminal } = invocation.ports
  const { comparison, hidden } = showSensitive
    ? { comparison: compared, hidden: 0 }
    : withoutSensitive(compared)
  const { renderCauses } = await import('../../trace/render/table/cause-table.ts')
  const lines = renderCauses(
    { ranking: rankCauses(comparison), comparison, limitNanos: 'query', traces: undefined },
    { width: terminal.columns, unicode: terminal.unicode, style: await terminal.style('out') },
  )
  await terminal.page(lines, '\n')
  if (hidden > 0) tellMasked(invocation, 'values')
}
