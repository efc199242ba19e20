import type { Invocation } from '../commands/invocation.ts'
import { withTypedFlags } from '../commands/repeat-flags.ts'
import { FAILURES, Failure, type FailureCode, type FailureReason } from '../errors.ts'
import { dataBlock, dataLine } from '../trace/render/data-block.ts'
import { inWordsOf } from './arguments.ts'
import type { Tool } from './tool.ts'

/**
 * The text of a failed call: what to do, in our words. Then failure and hint as data, since they may quote a server or a trace.
 * Only a hint that is known to be ours stands behind. Its commands can be typed; where a tool does the same, it is named
 * instead.
 */
export function errorText(error: unknown, invocation: Invocation, tool: Pick<Tool, 'arguments'>): string {
  // The message of a foreign error may quote a token.
  if (!(error instanceof Failure) || error.exit === 1) return adviceFor(new Failure('bug', 'unknown'))
  const { message, detail } = error
  const lines = (text: string) => cut(inWordsOf(tool, text))
  const { hint: words } = withTypedFlags(error.withHint(withTools(error.hint)), invocation)
  const hint = lines(`hint: ${words}`)
  const isOwn = isOwnHint(error) || withTools(error.hint) === ALLOW_SNAPSHOTS
  const details = detail.flatMap((line) => lines(`  ${withTools(line)}`))
  const quoted = [...lines(`error: ${message}`), ...(isOwn ? [] : hint), ...details]
  // A command in it repeats the typed flags.
  return [adviceFor(error), ...dataBlock(quoted), ...(isOwn ? hint.map(dataLine) : [])].join('\n')
}

/** A line of data is short, and a command in a hint must stay whole. */
const CHARACTERS = 380
const cut = (text: string): string[] =>
  text.match(new RegExp(`[\\s\\S]{1,${CHARACTERS}}(?:\\s|$)|\\S{1,${CHARACTERS}}`, 'g')) ?? []

const SIGN_IN =
  'The person is not signed in, or not sufficiently. Stop here and ask them to run ls-auth login in a terminal, then call again. You cannot do it for them.'
const STRONGER =
  'The API requires a stronger or newer sign-in. Stop here and tell the person to run ls-auth login with these requirements in a terminal, then call again. You cannot do it for them.'
const SET_UP =
  'The settings of ls-auth are wrong, and no argument changes that. Do not call again. Tell the person what you see below.'
const TRY_ONCE =
  'The server failed, is unreachable, or did not answer in time. Call again once, after a few seconds. If it fails again, tell the person what you see below.'
const PERSON = 'A person has to sign in again and did not. Stop here and tell the person.'
const NONE = 'Not found. Check ids, names and times, then call again.'
const KEYCHAIN = 'The keychain did not return the sign-in. Stop here and tell the person what you see below.'
const SECURITY = 'Refused for security. Stop here and tell the person. Do not look for a way around it.'
const PAGE =
  'The address answered with a web page or a redirect, and not with data. Another call will not help. Stop here and tell the person what you see below.'
const BUG = 'ls-auth failed unexpectedly. Tell the person.'

/** What an agent should do about a failure. */
const BY_CODE: Readonly<Record<FailureCode, string>> = {
  bug: BUG,
  usage: 'The arguments do not fit. Correct them, then call again.',
  settings: SET_UP,
  'profile-changed': SET_UP,
  'cannot-do':
    'This request cannot work. Do not repeat it with the same arguments. Change the request, or tell the person.',
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
  'jq-failed': SET_UP,
  'rate-limited':
    'The server limits requests. Wait a minute, or longer if the server asks for that, then call again once. If it fails again, tell the person.',
  storage:
    'ls-auth cannot write to the disk of this machine. Stop here and tell the person what you see below.',
  'not-found': NONE,
  gone: 'The service has ended for good. Do not call again. Tell the person what you see below.',
  'keychain-unavailable': KEYCHAIN,
  'keychain-locked': KEYCHAIN,
  'keychain-stuck': KEYCHAIN,
  'keychain-refused': KEYCHAIN,
  'keychain-lost': KEYCHAIN,
  'store-key': KEYCHAIN,
  busy: 'Another ls-auth is using this sign-in. Call again in a few seconds.',
  refused: SECURITY,
  'other-origin': SECURITY,
  'not-allowed':
    'The person may not read this. Stop here and tell them what you see below. Do not look for a way around it.',
  'cannot-run': SET_UP,
  'no-program': SET_UP,
}

/** Advice that differs from the rest of its code. */
const BY_REASON: Readonly<Partial<Record<FailureReason, string>>> = {
  'budget-spent':
    "This server's budget is used up, so it answers no more calls. Do not call again. Tell the person what you know so far.",
  // To call again would take another.
  'snapshot-taken':
    'ls-auth took a snapshot but could not read it. Do not call again, since that takes another one. Tell the person where to find it.',
  'too-large':
    'The answer is too large to read. Request less, such as another trace or a shorter time, or tell the person.',
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
const OWN_REASON: readonly FailureReason[] = ['bad-argument', 'budget-spent', 'no-profile']

/** Whether all words of the hint are known to be ours. */
const isOwnHint = ({ code, reason, hint }: Pick<Failure, 'code' | 'reason' | 'hint'>): boolean =>
  reason === undefined ? OWN_HINT.includes(code) && hint === FAILURES[code].hint : OWN_REASON.includes(reason)

/** All of a hint, where an agent cannot start the server again. */
const ALLOW_SNAPSHOTS =
  'A person can allow snapshots by starting this server with --snapshot. Without one: get_trace with the id of a span (16 hex digits) or the address of its page.'

/** Commands that a hint may name, and what does the same here; the first that fits. */
const COMMANDS: readonly (readonly [RegExp, string])[] = [
  // To look at the spans of a trace as data.
  [/ls-auth trace get ID -o json/g, 'get_trace, then get_span_details'],
  [/ls-auth trace get ID\b/g, 'get_trace with id'],
  [/ls-auth trace get(?= [0-9a-f]{16,32}\b)/g, 'get_trace with id'],
  [/ls-auth trace get/g, 'get_trace'],
  [/ls-auth trace search(?= -)/g, 'search_traces with'],
  [/ls-auth trace search/g, 'search_traces'],
  [/ls-auth trace diff(?: A B)?/g, 'diff_traces'],
  [/ls-auth trace why(?= -)/g, 'explain_traces with'],
  [/ls-auth trace why/g, 'explain_traces'],
  [/ls-auth services/g, 'get_services'],
  [/ls-auth attributes/g, 'get_attributes'],
  [/Take a snapshot: ls-auth mcp\b.*/g, ALLOW_SNAPSHOTS],
  [/ls-auth mcp\b.* --snapshot\b.*/g, 'a person has to start this server with --snapshot'],
]

/** A text with the tools in place of the commands that do the same: an agent has no others. */
function withTools(text: string): string {
  const named = COMMANDS.reduce((words, [command, tool]) => words.replaceAll(command, tool), text)
  // Flags as the arguments of search_traces.
  return named === text
    ? text
    : named.replaceAll(/--(service|name|attr|error|min|max|since|from|to|query|limit)(?![\w-])/g, '$1')
}
