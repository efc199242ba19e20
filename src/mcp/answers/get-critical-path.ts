import { rootsPath } from '../../trace/analysis/roots-path.ts'
import { agentPen } from '../../trace/render/agent/agent-text.ts'
import { criticalLines } from '../../trace/render/agent/critical-lines.ts'
import { ABOUT_DATA, dataBlock, withinBytes } from '../../trace/render/agent/data-block.ts'
import { MOST_BYTES } from '../../trace/render/agent/limits.ts'
import { timeWindow } from '../../trace/render/time/window.ts'
import { headerLines } from '../../trace/render/waterfall/header.ts'
import type { AnswerTool } from '../tool.ts'
import { PATH } from '../tool-arguments.ts'
import { readTrace } from './one-trace.ts'

/** What the facts and the markers take of the answer. */
const FACTS_BYTES = 2048

/** Answers get_critical_path. */
export const criticalPathAnswer: AnswerTool = async (invocation, given) => {
  const { tree, name, notes } = await readTrace(invocation, given.id as string)
  const most = (given.limit as number | undefined) ?? PATH.usual
  const [pen, window] = [agentPen('limit'), timeWindow(tree)]
  const path = criticalLines(tree, rootsPath(tree), window, pen, most)
  const data = path.length === 0 ? ['There is none: no span of the trace took time.'] : path
  const lines = [
    ...headerLines(tree, { source: { name } }, pen),
    ABOUT_DATA,
    ...notes,
    '',
    ...dataBlock(withinBytes(data, MOST_BYTES - FACTS_BYTES)),
    '',
    'More: get_span_details with spans.',
  ]
  return `${lines.join('\n')}\n`
}
