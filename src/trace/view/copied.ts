import { UNSTYLED } from '../../text/unstyled.ts'
import type { HeaderFacts } from '../render/waterfall/header.ts'
import { codeBlock, MARKDOWN_COLUMNS, renderMarkdown } from '../render/waterfall/plain.ts'
import type { Scene } from './scene.ts'
import type { ViewState } from './state.ts'

/** More rows are never looked at in an issue or a chat, and no clipboard of a terminal takes them. */
const MOST_ROWS = 1000
/** What xterm takes at most: 100,000 bytes of base64. Others take as much or more. */
const MOST_BYTES = 74_994

/** What is shown, as Markdown: the rows, the span whose details are open, or the notes. Undefined: it is too long to be copied. */
export function copied(
  scene: Scene,
  state: ViewState,
  source: NonNullable<HeaderFacts['source']>,
): string | undefined {
  const { page, rows, opened } = state
  if (page?.kind === 'details')
    return fitting(codeBlock(scene.details(page.node, MARKDOWN_COLUMNS, UNSTYLED)))
  if (page?.kind === 'notes') return fitting(codeBlock(scene.notes()))
  if (rows.lines.length > MOST_ROWS) return undefined
  const view = isWhole(state) ? {} : { view: { shown: shownNodes(scene, state), says: 'as in trace view' } }
  return fitting(renderMarkdown(scene.tree, { source, opened, ...view }))
}

const isWhole = ({ closed, pathOnly }: ViewState): boolean => closed.size === 0 && !pathOnly

function fitting(lines: readonly string[]): string | undefined {
  const text = `${lines.join('\n')}\n`
  return Buffer.byteLength(text) > MOST_BYTES ? undefined : text
}

/** 1 by node that has a row, or is counted in one. */
function shownNodes({ tree }: Scene, { rows }: ViewState): Uint8Array {
  const shown = new Uint8Array(tree.count)
  for (const node of rows.lines) {
    if (node < 0) continue
    for (const member of rows.fold(node)?.members ?? [node]) shown[member] = 1
  }
  return shown
}
