import type { Focus } from '../../../trace/render/span-details/focus.ts'
import { subtree } from '../../../trace/select.ts'
import type { Adjusted } from '../../../trace/tree/skew.ts'
import { buildTree, type TraceTree } from '../../../trace/tree/trace-tree.ts'
import type { View } from './view-options.ts'

/** What is drawn: a tree and, when its clocks were adjusted, how much. */
export interface Picture {
  readonly tree: TraceTree
  readonly clocks: Adjusted | undefined
  /** The tree is what is below one span of a whole trace. */
  readonly focus?: Focus
}

/** The whole tree, with `--skew` after correction for clock skew. */
export async function withClocks(tree: TraceTree, { skew }: View): Promise<Picture> {
  if (!skew) return { tree, clocks: undefined }
  const { adjustSkew } = await import('../../../trace/tree/skew.ts')
  const adjusted = adjustSkew(tree)
  return { tree: adjusted.moved === 0 ? tree : buildTree(adjusted.trace), clocks: adjusted }
}

/** With `--span` the tree below that span; for a drawing `asRoot`, for data as it was reported. Undefined: it is not there. */
export function pictureOf(whole: Picture, { spanId, scale }: View, asRoot: boolean): Picture | undefined {
  if (spanId === undefined) return whole
  const part = subtree(whole.tree, spanId, asRoot)
  if (part === undefined) return undefined
  const tree = buildTree(part.trace, { asReported: !asRoot })
  return { ...whole, tree, focus: { tree: whole.tree, node: part.top, scale } }
}
