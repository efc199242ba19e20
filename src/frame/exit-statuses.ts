import type { FAILURES } from '../errors.ts'

/** What each exit status tells a script. */
export const EXIT_STATUSES = {
  0: 'done',
  1: 'a bug in ls-auth',
  2: 'wrong usage or settings, or this back end cannot do that',
  3: 'not signed in, or the sign-in has ended: run ls-auth login',
  4: 'sign-in declined, cancelled or timed out',
  5: 'a check is false or unknown',
  6: 'server error or incomplete result: a retry may help',
  7: 'not found',
  8: 'the keychain is missing, locked, stuck or refused',
  9: 'busy: another ls-auth holds the lock, or the port is in use',
  10: 'refused for security',
  11: 'signed in, but not allowed',
  125: 'exec: ls-auth itself failed',
  126: 'exec: the command cannot run',
  127: 'exec: command not found',
  130: 'ended by Ctrl-C',
  143: 'ended by a signal (SIGTERM)',
} as const satisfies Record<0 | 125 | 130 | 143 | (typeof FAILURES)[keyof typeof FAILURES]['exit'], string>

export type ExitStatus = keyof typeof EXIT_STATUSES

/**
 * Any command can end with these, unless it hands on the status of another program. 10: where certificate checks are switched
 * off.
 */
export const ALWAYS: readonly ExitStatus[] = [0, 1, 2, 10]

/** A command that changes the settings. */
export const OF_SETTINGS: readonly ExitStatus[] = [6, 9]

/** A command that uses the session. */
export const OF_A_SESSION: readonly ExitStatus[] = [3, 6, 8, 9, 11]

/** A command that asks the trace API, as the person who is signed in; who may be asked to sign in again. */
export const OF_THE_API: readonly ExitStatus[] = [...OF_A_SESSION, 4, 7]
