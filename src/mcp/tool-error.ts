import type { Invocation } from '../commands/invocation.ts'
import { withTypedFlags } from '../commands/repeat-flags.ts'
import { Failure } from '../errors.ts'
import { dataBlock, dataLine } from '../trace/render/agent/data-block.ts'
import { adviceFor, isOwnHint } from './advice.ts'
import { inWordsOf } from './arguments.ts'
import type { Tool } from './tool.ts'
import { withTools } from './tool-names.ts'

/**
 * The text of a failed call: what to do, in words of ours, then what the failure says, as data: it may quote a server or a
 * trace, and so may its hint. Only a hint that is known to be ours stands behind. Commands can be typed as they stand; where a
 * tool does the same, it is named instead.
 */
export function errorText(error: unknown, invocation: Invocation, tool: Pick<Tool, 'arguments'>): string {
  // The message of a foreign error may quote a token.
  if (!(error instanceof Failure) || error.exit === 1) return adviceFor(new Failure('bug', 'unknown'))
  const { message, detail } = error
  const lines = (text: string) => cut(inWordsOf(tool, text))
  const { hint: words } = withTypedFlags(error.withHint(withTools(error.hint)), invocation)
  const hint = lines(`hint: ${words}`)
  const isOwn = isOwnHint(error)
  const details = detail.flatMap((line) => lines(`  ${withTools(line)}`))
  const said = [...lines(`error: ${message}`), ...(isOwn ? [] : hint), ...details]
  // A command in it repeats flags as they were typed.
  return [adviceFor(error), ...dataBlock(said), ...(isOwn ? hint.map(dataLine) : [])].join('\n')
}

/** A line of data is short, and a command in a hint must stay whole. */
const CHARACTERS = 380
const cut = (text: string): string[] =>
  text.match(new RegExp(`[\\s\\S]{1,${CHARACTERS}}(?:\\s|$)|\\S{1,${CHARACTERS}}`, 'g')) ?? []
