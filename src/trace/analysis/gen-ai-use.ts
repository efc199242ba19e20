import { type GenAi, genAiOf } from '../gen-ai.ts'
import type { TraceTree } from '../tree/trace-tree.ts'

/** Of a span of a tree: what it adds to the figures of a model, or of a tool. */
export interface GenAiUse {
  /** The nearest call of one at or above it. */
  readonly within: string | undefined
  /** It is that call: no span below it is the same call again, as another library sees it, or one of an agent's models. */
  readonly isCall: boolean
  /**
   * Its tokens, where no span below it has some: an agent says the sum of its turns. A call of a model does not say those of
   * another model that its tool called.
   */
  readonly tokens: Pick<GenAi, 'input' | 'output'> | undefined
  /** Whose tokens these are: the nearest name at or above it. */
  readonly name: string | undefined
}

const isAgent = (one: GenAi | undefined): boolean => /agent|workflow|chain/i.test(one?.operation ?? '')

/** Which spans below have tokens: those below a tool alone, or others, too. */
const BELOW_TOOL = 1
const BELOW = 2

/** By node. */
export function genAiUses(tree: TraceTree, by: 'model' | 'tool'): GenAiUse[] {
  const facts = tree.spans.map((span) => genAiOf(tree.trace, span))
  const hasTokens = facts.map((one) => one?.input !== undefined || one?.output !== undefined)
  const tokensBelow = new Uint8Array(tree.count)
  for (let node = tree.count - 1; node > 0; node--) {
    const parent = tree.parent(node)
    if (parent < 0 || !(hasTokens[node] || tokensBelow[node])) continue
    const here = hasTokens[node] ? BELOW : tokensBelow[node]!
    tokensBelow[parent] = Math.max(tokensBelow[parent]!, facts[node]?.tool === undefined ? here : BELOW_TOOL)
  }
  // Nodes come before those below them.
  const naming = new Int32Array(tree.count)
  const isAround = new Uint8Array(tree.count)
  const isInTool = new Uint8Array(tree.count)
  for (let node = 0; node < tree.count; node++) {
    const parent = tree.parent(node)
    const above = parent < 0 ? -1 : naming[parent]!
    const name = facts[node]?.[by]
    // A call of a model does not contain those of its tool.
    isInTool[node] = facts[parent]?.tool !== undefined || (parent !== above && isInTool[parent]) ? 1 : 0
    const isOwn = name !== undefined && (by === 'tool' || isInTool[node] === 0 || isAgent(facts[above]))
    const around = isOwn ? facts[above] : undefined
    if (around && ((by === 'model' && isAgent(around)) || around[by] === name)) isAround[above] = 1
    naming[node] = name === undefined ? above : node
  }
  const uses: GenAiUse[] = []
  for (let node = 0; node < tree.count; node++) {
    const isCall = naming[node] === node && isAround[node] === 0
    const name = facts[naming[node]!]?.[by]
    const within = isCall ? name : uses[tree.parent(node)]?.within
    const most = facts[node]?.model === undefined || isAgent(facts[node]) ? 0 : BELOW_TOOL
    const tokens = hasTokens[node] && tokensBelow[node]! <= most ? facts[node] : undefined
    uses.push({ within, isCall, tokens, name })
  }
  return uses
}
