import type { Comparison } from '../../../trace/compare/comparison.ts'
import { agentComparison } from '../../../trace/render/agent/agent-comparison.ts'
import type { SideLabels } from '../../../trace/render/comparison/verdict.ts'
import { asTyped, type Words } from './words.ts'

export { notesInto } from './notes.ts'

const STEPS = [
  'More: ls-auth trace why --slower-than p95 -o agent, and --service and --name of a row (what its slow spans have in common);',
  'ls-auth trace get ID -o agent of one side, and --service or --min.',
]

/** A comparison as bounded text. `notes`: lines about the sides, ours; `told`: those that may quote a server. */
export const diffText = (
  comparison: Comparison,
  labels: SideLabels,
  { notes = [], told = [] }: { readonly notes?: readonly string[]; readonly told?: readonly string[] },
  words: Words,
): string =>
  agentComparison(comparison, labels, {
    more: { lists: words('ls-auth trace get ID -o agent'), steps: STEPS.map(words) },
    notes,
    told,
  })

/** The same for who types commands. `file`: of a side, where one is a file. */
export const diffForAgent = (
  comparison: Comparison,
  labels: SideLabels,
  told: readonly string[],
  file: unknown,
): string => diffText(comparison, labels, { told }, asTyped(file))
