import { Failure } from '../../errors.ts'
import { dataBlock } from '../../trace/render/agent/data-block.ts'
import type { Invocation } from '../invocation.ts'
import { withTypedFlags } from '../repeat-flags.ts'
import { inWordsOf } from './arguments.ts'
import type { Tool } from './tool.ts'

/** What an agent should do about a failure, by the exit status that a command would end with. */
const ADVICE: Readonly<Record<number, string>> = {
  2: 'This cannot be done as asked. Where it is about the arguments, change them and call again; where it is about settings, tell the person.',
  3: 'Nobody is signed in, or the sign-in is not enough. Stop here and tell the person to type the command below in a terminal; then call again. You cannot do it for them.',
  4: 'A person has to sign in again and did not. Stop here and tell the person.',
  6: 'The other side failed, cannot be reached, or limits requests. Wait as it says below, then call again once; if it goes on, tell the person.',
  7: 'There is no such thing. Check ids, names and times, then call again.',
  8: 'The keychain of this machine did not give the sign-in. Stop here and tell the person what stands below.',
  9: 'Another ls-auth is at work on this sign-in. Call again in a few seconds.',
  10: 'Refused for security. Stop here and tell the person; do not look for a way around it.',
  11: 'Whoever is signed in may not read this. Stop here and tell the person what stands below: whom to ask, or what to type. Do not look for a way around it.',
}
/** The usual advice to call again would take another. */
const PAID =
  'A snapshot is taken and paid for, and could not be read. Do not call again: that takes another one. Tell the person where it stands, as below.'
const BUG = 'ls-auth failed unexpectedly. Tell the person.'

/**
 * The text of a failed call: what to do, in words of ours, then what the failure says, as data: it may quote a server or a
 * trace. Commands in it can be typed as they stand.
 */
export function errorText(error: unknown, invocation: Invocation, tool: Pick<Tool, 'arguments'>): string {
  // The message of a foreign error may quote a token.
  const failure = error instanceof Failure ? withTypedFlags(error, invocation) : new Failure('bug', 'unknown')
  const { message, hint, detail, exit } = failure
  const said = exit === 1 ? [] : [`error: ${message}`, `hint: ${hint}`, ...detail.map((line) => `  ${line}`)]
  const advice = failure.reason === 'snapshot-taken' ? PAID : (ADVICE[exit] ?? BUG)
  return [advice, ...dataBlock(said.flatMap((line) => cut(inWordsOf(tool, line))))].join('\n')
}

/** A line of data is short, and a command in a hint must stay whole. */
const CHARACTERS = 380
const cut = (text: string): string[] =>
  text.match(new RegExp(`[\\s\\S]{1,${CHARACTERS}}(?:\\s|$)|\\S{1,${CHARACTERS}}`, 'g')) ?? []
