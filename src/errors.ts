/**
 * Every failure a user can meet, in one table: code → exit status and default hint.
 * Codes are stable and appear in `--json` errors; messages and hints are not a contract.
 */
export const FAILURES = {
  bug: {
    exit: 1,
    hint: 'This is a bug in ls-auth. Please report it; run again with --debug for the request lines.',
  },
  usage: { exit: 2, hint: 'See ls-auth --help.' },
  settings: { exit: 2, hint: 'See ls-auth profile show for each setting and where it comes from.' },
  'profile-changed': { exit: 2, hint: 'Sign in again: ls-auth login' },
  'cannot-do': { exit: 2, hint: 'Use a back end that offers this.' },
  'not-signed-in': { exit: 3, hint: 'Run: ls-auth login' },
  'session-ended': { exit: 3, hint: 'Run: ls-auth login' },
  'login-page': {
    exit: 3,
    hint: 'Check that api points at the API, not a page.',
  },
  'step-up': { exit: 3, hint: 'Sign in again: ls-auth login --prompt login' },
  declined: { exit: 4, hint: 'When you are ready: ls-auth login' },
  'timed-out': {
    exit: 4,
    hint: 'Run ls-auth login again; on a machine without a browser try --device or --paste.',
  },
  'check-failed': { exit: 5, hint: 'See the findings above.' },
  network: { exit: 6, hint: 'Check the network and the proxy settings, then try again.' },
  'provider-failed': {
    exit: 6,
    hint: 'Try again. If it keeps failing, ask whoever runs the identity provider.',
  },
  'api-failed': {
    exit: 6,
    hint: 'Try again. If it keeps failing, ask whoever runs the gateway or the trace API.',
  },
  'no-proof': { exit: 6, hint: 'See workload.source: ls-auth profile show' },
  'jq-failed': { exit: 6, hint: 'Look at the data that it gets: --jq .' },
  'rate-limited': { exit: 6, hint: 'Wait, then try again.' },
  storage: {
    exit: 6,
    hint: 'Free some space or correct the permissions, then try again.',
  },
  'not-found': { exit: 7, hint: 'Check the id.' },
  gone: { exit: 7, hint: 'Ask whoever runs the back end.' },
  'keychain-unavailable': { exit: 8, hint: 'Start a keychain, or choose the file store.' },
  'keychain-locked': { exit: 8, hint: 'Unlock the keychain and try again.' },
  'keychain-stuck': { exit: 8, hint: 'Restart the keychain service and try again.' },
  'keychain-refused': { exit: 8, hint: 'Allow ls-auth in the keychain, or choose the file store.' },
  'keychain-lost': { exit: 8, hint: 'Unlock the keychain, or sign in again: ls-auth login' },
  'store-key': {
    exit: 8,
    hint: 'Point store_key_file at the key file this session was stored with, or sign in again: ls-auth login',
  },
  busy: { exit: 9, hint: 'Wait for the other ls-auth to finish, then try again.' },
  refused: {
    exit: 10,
    hint: 'ls-auth stopped for your security. Ask your administrator before you continue.',
  },
  'other-origin': { exit: 10, hint: 'If you meant to change the API, confirm it: ls-auth login' },
  'not-allowed': { exit: 11, hint: 'Ask whoever grants access to the traces.' },
  'cannot-run': { exit: 126, hint: 'Check that it is a program, and that you may run it.' },
  'no-program': { exit: 127, hint: 'Check the name and PATH.' },
} as const satisfies Record<string, { exit: number; hint: string }>

/** The codes of {@link FAILURES}. */
export type FailureCode = keyof typeof FAILURES

/**
 * For callers that must distinguish failures of one code (never by their message).
 * - `no-trace`: the bytes are in no known trace format.
 * - `broken-json`: the bytes are JSON that is cut off or broken.
 * - `damaged-trace`: a part of the trace cannot be read. The message of all three is only the reason.
 * - `unreadable-file`: a settings file exists and cannot be read.
 * - `system-file`: the fault is in the system-wide settings file.
 * - `no-id`: the text is in no form of an id that is known.
 * - `incomplete-workload`: a setting of the table is missing; no two settings contradict each other.
 * - `web-page`: a web page was answered, or a redirect to one, where an API should answer.
 * - `half-client-certificate`: of `client_cert` and `client_key` one is missing.
 * - `refused-token`: the API refuses the token itself, not what it may do.
 * - `no-token`: no token went along with the request, as the profile wants it.
 * - `same-token`: a renewal brought the token again that was refused.
 * - `may-bind`: this request may end the sign-in, and no person has agreed to that.
 * - `identity-provider`: the address is that of an identity provider, not of an API.
 * - `needs-no-sign-in`: the API answers without a token.
 * - `large-headers`: a gateway takes no headers of this size; the request itself may be right.
 * - `too-large`: more than the back end sends, or than is read; trying again is useless.
 * - `snapshot-taken`: it came after a snapshot was paid for; trying again takes another.
 * - `no-profile`: no person has signed in for this address; the hint has the command and nothing of others.
 * - `bad-argument`: the tool doesn't take this argument or value; the hint quotes nothing.
 * - `budget-spent`: one run of a server has answered all that it may.
 */
export type FailureReason =
  | 'no-trace'
  | 'broken-json'
  | 'damaged-trace'
  | 'unreadable-file'
  | 'system-file'
  | 'no-id'
  | 'incomplete-workload'
  | 'web-page'
  | 'half-client-certificate'
  | 'refused-token'
  | 'no-token'
  | 'same-token'
  | 'may-bind'
  | 'identity-provider'
  | 'needs-no-sign-in'
  | 'large-headers'
  | 'too-large'
  | 'snapshot-taken'
  | 'no-profile'
  | 'bad-argument'
  | 'budget-spent'

/**
 * The only error class that leaves an adapter (keychain, files, HTTP, OpenID library).
 * `cause` is for debuggers only and is never printed: foreign errors may hold token responses.
 */
export class Failure extends Error {
  readonly code: FailureCode
  readonly hint: string
  readonly reason: FailureReason | undefined
  /** Lines printed indented below error and hint; already sanitized for a terminal. */
  readonly detail: readonly string[]
  /** Scopes that the API wants and the token lacks; each can stand in a command without quotes. */
  readonly missingScopes: readonly string[]
  /** Exit status: that of the code, unless a command or a case has its own. */
  readonly exit: number

  constructor(
    code: FailureCode,
    message: string,
    options: {
      hint?: string | undefined
      detail?: readonly string[]
      reason?: FailureReason
      missingScopes?: readonly string[]
      exit?: number
      cause?: unknown
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Failure'
    this.code = code
    this.hint = options.hint ?? FAILURES[code].hint
    this.detail = options.detail ?? []
    this.reason = options.reason
    this.missingScopes = options.missingScopes ?? []
    this.exit = options.exit ?? FAILURES[code].exit
  }

  /** The same failure in other words. */
  withWords(message: string, hint: string): Failure {
    return this.but({ message, hint })
  }

  /** The same failure with another hint. */
  withHint(hint: string): Failure {
    return this.but({ hint })
  }

  /** The same failure with one more sentence in its hint, where there is one to add. */
  withMoreHint(sentence: string | undefined): Failure {
    return sentence === undefined ? this : this.withHint(`${this.hint} ${sentence}`)
  }

  /** The same failure with one more line of detail, which is sanitized already. */
  withDetail(line: string): Failure {
    return this.but({ detail: [...this.detail, line] })
  }

  /** The same failure with another exit status. */
  withExit(exit: number): Failure {
    return this.but({ exit })
  }

  private but(changed: {
    message?: string
    hint?: string
    detail?: readonly string[]
    exit?: number
  }): Failure {
    const { code, message, hint, detail, reason, missingScopes, exit } = this
    const kept = { hint, detail, missingScopes, exit, ...(reason && { reason }) }
    return new Failure(code, changed.message ?? message, { ...kept, ...changed, cause: this })
  }
}

/** A request without a usable response. `sent`: the server may have received it, so a retry may not be safe. */
export class NetworkFailure extends Failure {
  readonly sent: boolean

  /** `code`: `settings` where it could not be sent by what is set. */
  constructor(
    message: string,
    sent: boolean,
    { code = 'network', ...options }: { code?: FailureCode; hint?: string; cause?: unknown } = {},
  ) {
    super(code, message, options)
    this.name = 'NetworkFailure'
    this.sent = sent
  }

  override withHint(hint: string): NetworkFailure {
    return new NetworkFailure(this.message, this.sent, { code: this.code, hint, cause: this })
  }
}

/** The code of an error of the system or of Node (`ENOENT`, `ERR_BUFFER_TOO_LARGE`); undefined: it has none. Anything can be thrown. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : undefined
}
