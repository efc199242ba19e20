import { exactDuration } from '../../../trace/nanos.ts'
import { agentCauses } from '../../../trace/render/agent/agent-causes.ts'
import type { RankedComparison } from '../../../trace/render/table/cause-table.ts'
import type { Flags } from '../../cli-command.ts'
import { asTyped, diffCommand, getCommand, type Words } from './words.ts'

export { notesInto } from './notes.ts'

/** What was counted, and in which traces; without those the back end has counted. */
interface Explanation extends Omit<RankedComparison, 'traces' | 'limitNanos'> {
  readonly limitNanos: number | undefined
  readonly found?: { readonly traces: number; readonly isOfAnyTime: boolean | undefined }
}

/** What spans have in common as bounded text. `flags`: of the question; `notes`: lines about it, which may quote a server. */
export function whyText(
  explanation: Explanation,
  flags: Flags,
  notes: readonly string[],
  words: Words,
): string {
  const { ranking, comparison, limitNanos, found } = explanation
  return agentCauses(
    { ranking, comparison, limitNanos, traces: found?.traces },
    { notes, steps: stepsOf(explanation, flags).map(words) },
  )
}

/** The same for who types commands. */
export const whyForAgent = (explanation: Explanation, flags: Flags, notes: readonly string[]): string =>
  whyText(explanation, flags, notes, asTyped(flags.file))

function stepsOf({ ranking, comparison, limitNanos, found }: Explanation, flags: Flags): string[] {
  const { causes, verdict } = ranking
  const { slowerThan, file } = flags
  // Some searches heed no times, and a file is mostly read whole.
  const heedsTimes = found?.isOfAnyTime !== true && file === undefined
  const more = file === undefined ? 'more traces (--limit)' : 'more traces'
  const compared = `ls-auth trace search -o agent, and ${diffCommand(file)} of a usual one and a bad one.`
  if (verdict === 'too-few' && comparison.baseline.spans > 0)
    return [
      `More: what may be chance becomes clear with ${lower(slowerThan)}${more}${heedsTimes ? ' or a longer time (--since)' : ''}.`,
      `Or ${compared}`,
    ]
  if (verdict === 'nothing' || causes.length === 0)
    return [
      `More: other conditions${heedsTimes ? ', a longer time (--since)' : ''} or ${more};`,
      `or ${compared}`,
    ]
  const same = `the same conditions${limitedAsWhole(flags) ? ' but --min' : ''}`
  return [
    `More: ls-auth trace search -o agent with ${same}, ${selectedBy(slowerThan, limitNanos)} and a value of a row as --attr (name is --name,`,
    `service.name is --service) finds the traces behind it; then ${getCommand(file)}, or ${diffCommand(file)} with a usual one.`,
  ]
}

/** A duration alone is that of the whole trace, and beside a value it would be that of the span. */
const limitedAsWhole = ({ min, error, service, name, attr }: Flags): boolean =>
  min !== undefined && error === true && !(service ?? name ?? attr)

/** A lower limit selects more spans, as long as it still leaves out most. */
const lower = (typed: unknown): string =>
  typed === undefined || typed === LOWER ? '' : `a lower limit (--slower-than ${LOWER}), `
const LOWER = 'p75'

/** The flag of a search that finds the selected spans. */
function selectedBy(typed: unknown, limitNanos: number | undefined): string {
  if (limitNanos === undefined) return '--error'
  const isDuration = typeof typed === 'string' && /^\s*\d/.test(typed)
  // What was typed is a duration that was understood, and no text of a span.
  return `--min ${isDuration ? typed.trim() : exactDuration(limitNanos)}`
}
