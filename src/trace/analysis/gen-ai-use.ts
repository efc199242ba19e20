import { type GenAi, genAiOf } from '../gen-ai.ts'
import type { TraceTree } from '../tree/trace-tree.ts'

/** Of a span of a tree: what it adds to the figures of a model, or of a tool. */
export interface GenAiUse {
  /** The nearest call of one at or above it. */
  readonly within: string | undefined
  /** It is that call: no span below it is the same call again, as another library sees it, or one of an agent's models. */
  readonly isCall: boolean
  /** Its tokens, where no span below it has some: an agent says the sum of its turns. */
  readonly tokens: Pick<GenAi, 'input' | 'output'> | undefined
  /** Whose tokens these are: the nearest name at or above it. */
  readonly name: string | undefined
}

/** By node. */
export function genAiUses(tree: TraceTree, by: 'model' | 'tool'): GenAiUse[] {
  const facts = tree.spans.map((span) => genAiOf(tree.trace, span))
  const hasTokens = facts.map((one) => one?.input !== undefined || one?.output !== undefined)
  const tokensBelow = new Uint8Array(tree.count)
  for (let node = tree.count - 1; node > 0; node--)
    if ((hasTokens[node] || tokensBelow[node] === 1) && tree.parent(node) >= 0)
      tokensBelow[tree.parent(node)] = 1
  // Nodes come before those below them.
  const naming = new Int32Array(tree.count)
  const isAround = new Uint8Array(tree.count)
  for (let node = 0; node < tree.count; node++) {
    const above = tree.parent(node) < 0 ? -1 : naming[tree.parent(node)]!
    const name = facts[node]?.[by]
    const around = name === undefined ? undefined : facts[above]
    const isAgent = by === 'model' && /agent|workflow|chain/i.test(around?.operation ?? '')
    if (around && (isAgent || around[by] === name)) isAround[above] = 1
    naming[node] = name === undefined ? above : node
  }
  const uses: GenAiUse[] = []
  for (let node = 0; node < tree.count; node++) {
    const isCall = naming[node] === node && isAround[node] === 0
    const name = facts[naming[node]!]?.[by]
    const within = isCall ? name : uses[tree.parent(node)]?.within
    const tokens = hasTokens[node] && tokensBelow[node] === 0 ? facts[node] : undefined
    uses.push({ within, isCall, tokens, name })
  }
  return uses
}
