import { markup } from '../../../text/markup.ts'
import { oneLine } from '../../../text/one-line.ts'
import { errorText } from '../../analysis/error-text.ts'
import { repeatedCalls, rootCauses, slowestSelf } from '../../analysis/findings.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { mannerText } from '../fold-figures.ts'
import { formatDuration } from '../format-duration.ts'

/** How many of each finding are listed. */
const MOST_LISTED = 10
const MOST_SLOW = 5

/** Where the errors began, where the time went, and which calls repeat, each with a link to its row. */
export function* findingsMarkup(tree: TraceTree, anchors: readonly string[]): Generator<string> {
  const who = (node: number) => {
    const { name, service } = tree.span(node)
    return `<a href="#${anchors[node]}">${markup(name === '' ? '(no name)' : name)}</a> <span class="soft">${markup(service)}</span>`
  }
  const causes = rootCauses(tree)
  yield* list('where the errors began', causes, MOST_LISTED, (node) => {
    const says = errorText(tree.span(node))?.text
    return `<span class="bad">✗</span> ${who(node)}${says === undefined ? '' : `<br><span class="bad">${markup(oneLine(says))}</span>`}`
  })
  yield* list('slowest by self time', slowestSelf(tree, MOST_SLOW), MOST_SLOW, (node) => {
    return `${formatDuration(tree.selfNanos(node) ?? 0)} ${who(node)}`
  })
  yield* list('repeated calls (N+1?)', repeatedCalls(tree), MOST_LISTED, (repeated) => {
    const { calls, caller, sumNanos } = repeated
    return `${calls.length}× ${who(calls[0]!)} under ${who(caller)}: ${formatDuration(sumNanos)} in all, ${mannerText(repeated)}`
  })
}

function* list<Item>(
  title: string,
  items: readonly Item[],
  most: number,
  text: (item: Item) => string,
): Generator<string> {
  if (items.length === 0) return
  yield `<h2>${title}</h2>\n<ul>\n`
  for (const item of items.slice(0, most)) yield `<li>${text(item)}</li>\n`
  if (items.length > most) yield `<li class="soft">and ${items.length - most} more</li>\n`
  yield '</ul>\n'
}
