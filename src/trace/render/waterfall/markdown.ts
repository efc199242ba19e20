import { count } from '../../../text/count.ts'
import { UNSTYLED } from '../../../text/unstyled.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { renderWaterfall, type WaterfallOptions } from './waterfall.ts'

/** Wide enough for a waterfall, narrow enough for the text column of an issue tracker. */
export const MARKDOWN_COLUMNS = 100

/**
 * A trace for an issue or a chat: a heading, the facts, and the waterfall in a code block. Always 100 columns wide and
 * without colour or age, so that it is the same wherever it is made.
 */
export function renderMarkdown(
  tree: TraceTree,
  { source, ...options }: Omit<WaterfallOptions, 'width' | 'unicode' | 'style' | 'now'>,
): string[] {
  const lines = [
    ...renderWaterfall(tree, { ...options, width: MARKDOWN_COLUMNS, unicode: true, style: UNSTYLED }),
  ]
  const facts = [
    count(tree.count, 'span'),
    count(tree.services.texts.length, 'service'),
    count(tree.errors, 'error'),
  ]
  return [
    `## Trace ${tree.trace.traceId}`,
    '',
    facts.join(', ') + (source?.link === undefined ? '' : `: <${source.link}>`),
    '',
    ...codeBlock(lines),
  ]
}

/** Lines as a block of code. They may hold backticks: the fence is longer than any run of them. */
export function codeBlock(lines: readonly string[]): string[] {
  const runs = lines.join('\n').match(/`+/g) ?? []
  const fence = '`'.repeat(runs.reduce((most, run) => Math.max(most, run.length + 1), 3))
  return [`${fence}text`, ...lines, fence]
}
