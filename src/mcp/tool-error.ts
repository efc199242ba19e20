import type { Invocation } from '../commands/invocation.ts'
import { withTypedFlags } from '../commands/repeat-flags.ts'
import { FAILURES, Failure, type FailureCode, type FailureReason } from '../errors.ts'
import { dataBlock, dataLine } from '../trace/render/data-block.ts'
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

const SIGN_IN =
  'Nobody is signed in, or the sign-in is not enough. Stop here and tell the person to sign in with ls-auth login in a terminal; then call again. You cannot do it for them.'
const STRONGER =
  'The API wants a stronger or newer sign-in. Stop here and tell the person which one it wants, and that ls-auth login in a terminal makes it; then call again. You cannot do it for them.'
const SET_UP =
  'This is about how ls-auth is set up, which no argument changes. Do not call again: tell the person what stands below.'
const TRY_ONCE =
  'The other side failed, cannot be reached, or did not answer in time. Call again once, after a few seconds; if it fails again, tell the person what stands below.'
const PERSON = 'A person has to sign in again and did not. Stop here and tell the person.'
const NONE = 'There is no such thing. Check ids, names and times, then call again.'
const KEYCHAIN =
  'The keychain of this machine did not give the sign-in. Stop here and tell the person what stands below.'
const SECURITY = 'Refused for security. Stop here and tell the person; do not look for a way around it.'
const PAGE =
  'A web page or a redirect came where the trace API should answer. To call again brings the same. Stop here and tell the person what stands below.'
const BUG = 'ls-auth failed unexpectedly. Tell the person.'

/** What an agent should do about a failure. */
const BY_CODE: Readonly<Record<FailureCode, string>> = {
  bug: BUG,
  usage: 'The arguments do not fit. Correct them, then call again.',
  settings: SET_UP,
  'profile-changed': SET_UP,
  'cannot-do':
    'This cannot be done as asked, and to call again with the same arguments changes nothing. Ask in another way, or tell the person.',
  'not-signed-in': SIGN_IN,
  'session-ended': SIGN_IN,
  'login-page': PAGE,
  'step-up': STRONGER,
  declined: PERSON,
  'timed-out': PERSON,
  'check-failed': SET_UP,
  network: TRY_ONCE,
  'provider-failed': TRY_ONCE,
  'api-failed': TRY_ONCE,
  'no-proof': SET_UP,
  'rate-limited':
    'The other side limits requests. Wait a minute, or longer where a longer wait is named, then call again once; if it goes on, tell the person.',
  storage:
    'ls-auth cannot write to the disk of this machine. Stop here and tell the person what stands below.',
  'not-found': NONE,
  gone: 'What should answer has ended for good. Do not call again: tell the person what stands below.',
  'keychain-unavailable': KEYCHAIN,
  'keychain-locked': KEYCHAIN,
  'keychain-stuck': KEYCHAIN,
  'keychain-refused': KEYCHAIN,
  'keychain-lost': KEYCHAIN,
  'store-key': KEYCHAIN,
  busy: 'Another ls-auth is at work on this sign-in. Call again in a few seconds.',
  refused: SECURITY,
  'other-origin': SECURITY,
  'not-allowed':
    'Whoever is signed in may not read this. Stop here and tell the person what stands below. Do not look for a way around it.',
  'cannot-run': SET_UP,
  'no-program': SET_UP,
}

/** What is not as the rest of its code. */
const BY_REASON: Readonly<Partial<Record<FailureReason, string>>> = {
  'budget-spent':
    'What this server may answer in one run is used up. Do not call again: no call is answered any more. Tell the person what is known so far.',
  // To call again would take another.
  'snapshot-taken':
    'A snapshot is taken and paid for, and could not be read. Do not call again: that takes another one. Tell the person where it stands.',
  'too-large':
    'The answer is larger than can be read. To call again for the same brings the same: ask for less, such as another trace or a shorter time, or tell the person.',
  'web-page': PAGE,
  'large-headers': SET_UP,
}

/** What to do about a failure, in one line of ours. */
export const adviceFor = ({ code, reason }: Pick<Failure, 'code' | 'reason'>): string =>
  (reason && BY_REASON[reason]) ?? BY_CODE[code]

/**
 * Failures whose usual hint (FAILURES) may stand outside of the data: each was read, and quotes no server, trace, file or token.
 * A hint in other words is data, whatever its code: it may list services or scopes, or come from a proxy.
 */
const OWN_HINT: readonly FailureCode[] = ['not-signed-in', 'session-ended', 'network', 'busy']
/** Failures of this room, whose one hint holds a flag or an address that a person typed, and nothing else that varies. */
const OWN_REASON: readonly FailureReason[] = ['budget-spent', 'no-profile']

/** Whether all words of the hint are known to be ours. */
const isOwnHint = ({ code, reason, hint }: Pick<Failure, 'code' | 'reason' | 'hint'>): boolean =>
  reason === undefined ? OWN_HINT.includes(code) && hint === FAILURES[code].hint : OWN_REASON.includes(reason)
