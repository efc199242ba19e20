import { noteOf } from '../frame/answer.ts'
import { safeJson } from '../text/safe-text.ts'
import { dataFormat, exportTrace, type TraceDataFormat } from '../trace/formats/trace-formats.ts'
import { matchingNodes, shownText } from '../trace/select.ts'
import { whyEndless } from '../trace/tree/span-facts.ts'
import type { TraceTree } from '../trace/tree/trace-tree.ts'
import type { Asked, Output } from './trace-drawing.ts'

/** The matching spans as data. */
export async function dataOf(
  format: TraceDataFormat,
  tree: TraceTree,
  { says, selection }: Asked,
): Promise<Output> {
  const matching = says === undefined ? undefined : matchingNodes(tree, selection)
  const nodes = matching && [...tree.spans.keys()].filter((node) => matching[node] !== 0)
  const spans = nodes === undefined ? tree.spans : nodes.map((node) => tree.span(node))
  const { loses = () => false } = dataFormat(format)
  const lost = spans.filter((span) => loses(whyEndless(span))).length
  const have = lost === 1 ? '1 span has' : `${lost} spans have`
  return {
    pieces: await exportTrace(format, tree, nodes, (one) => safeJson(one)),
    notes: [
      // An empty file could be taken for a failed one.
      noteOf('none', nodes?.length === 0 && `no span fits: ${shownText(0, tree, says)}`),
      // Whoever reads the file sees spans that took no time, and no mark.
      noteOf(
        'lost-ends',
        lost > 0 && `${have} no usable end, and the duration 0 in -o ${format}, which cannot express that`,
      ),
    ],
  }
}
