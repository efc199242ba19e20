import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { Failure } from '../errors.ts'
import type { Env, Keychain } from '../ports/ports.ts'
import type { Terminal } from '../ports/terminal.ts'
import type { ExitState } from './signals.ts'

const SERVICE = 'ls-auth'
const SCRIPT_TIMEOUT_MILLISECONDS = 5_000
const PROMPT_TIMEOUT_MILLISECONDS = 60_000
const NOTICE_AFTER_MILLISECONDS = 1_000
const ATTEMPTS = 3
/** No person answers a prompt sooner. */
const SOON_MILLISECONDS = 250

type Keytar = typeof import('keytar')

/**
 * The OS keychain by the keytar API: Secret Service, macOS Keychain, Windows Credential Manager. The timeout is a budget of the
 * process, not of a call. It is 5 s for a script, 60 s (with a notice after 1 s) when a person can answer the keychain's
 * prompt; on a saturated machine up to 25 s more. A process that lives on has a new one after a minute, and once a late call
 * has been answered (response-budget.ts). An item is read once: only the command itself changes it while it runs. Failures:
 * `keychain-unavailable`, `keychain-locked`, `keychain-refused`, `keychain-stuck` (timeout). `findCredentials` and
 * `findPassword` are never called: on a locked Secret Service they crash the process.
 */
export async function osKeychain(env: Env, terminal: Terminal, exitState: ExitState): Promise<Keychain> {
  const keytar = loadKeytar(env)
  const canPrompt = terminal.errIsTTY && terminal.inIsTTY
  const budget = openResponseBudget(canPrompt ? PROMPT_TIMEOUT_MILLISECONDS : SCRIPT_TIMEOUT_MILLISECONDS)
  const known = new Map<string, string>()

  async function answerOf<T>(call: () => Promise<T>): Promise<T> {
    exitState.nativeCalls++
    try {
      return await withRetries(call)
    } finally {
      exitState.nativeCalls--
      // Also a late answer: the process can exit as usual again.
      if (exitState.nativeCalls === 0) exitState.nativeCallStuck = false
    }
  }

  async function withTimeout<T>(call: () => Promise<T>): Promise<T> {
    const notice = canPrompt
      ? setTimeout(
          () => terminal.err('waiting for the keychain (it may be asking for your password)\n'),
          NOTICE_AFTER_MILLISECONDS,
        )
      : undefined
    try {
      return await budget.wait(
        () => answerOf(call),
        () => {
          exitState.nativeCallStuck = exitState.nativeCalls > 0
          return stuckFailure(env)
        },
      )
    } finally {
      clearTimeout(notice)
    }
  }

  return {
    async get(account) {
      const secret = known.get(account) ?? (await withTimeout(() => keytar.getPassword(SERVICE, account)))
      if (secret === null) return undefined
      known.set(account, secret)
      return secret
    },
    set(account, secret) {
      known.delete(account)
      return withTimeout(() => keytar.setPassword(SERVICE, account, secret))
    },
    remove(account) {
      known.delete(account)
      return withTimeout(() => keytar.deletePassword(SERVICE, account))
    },
  }
}

/** macOS asks again when the program's signature isn't that of the item's maker, as after an upgrade. */
function stuckFailure({ platform }: Env): Failure {
  const next =
    platform === 'darwin'
      ? 'macOS may be asking on its screen. Run ls-auth whoami there and choose "Always Allow".'
      : 'Unlock it or restart its service, then try again.'
  return new Failure('keychain-stuck', 'the keychain did not answer in time', {
    hint: `${next} ${fileStore()}`,
  })
}

/** Milliseconds, by a clock that is never set. `performance` loads eleven modules of Node. */
const uptime = () => Number(process.hrtime.bigint()) / 1e6

/**
 * Every call is idempotent, and libsecret fails when another process changes items at that time. A late error is the answer of
 * a person, who is not asked again.
 */
async function withRetries<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const began = uptime()
    try {
      return await call()
    } catch (error) {
      if (attempt === ATTEMPTS || uptime() - began > SOON_MILLISECONDS) throw keychainFailure(error)
      await new Promise((resolve) => setTimeout(resolve, 50 * attempt))
    }
  }
}

/**
 * A hint with the exact command that chooses the encrypted file instead. There is no silent fallback. Every shell leaves the
 * path right: we expand `~/` ourselves, PowerShell takes no %USERPROFILE%, and bash no backslash.
 */
export const fileStore = (): string =>
  'To keep the session in an encrypted file: ls-auth login --store file --store-key-file ~/.ls-auth.key'

/**
 * A helper of an agent may have HOME and PATH alone. Libsecret looks for the bus of the login session by two variables, and
 * systemd puts it at this path.
 */
function findBus({ platform, variables, uid }: Env): void {
  if (platform !== 'linux' || uid === undefined) return
  if (variables.DBUS_SESSION_BUS_ADDRESS !== undefined || variables.XDG_RUNTIME_DIR !== undefined) return
  const bus = `/run/user/${uid}/bus`
  const facts = statSync(bus, { throwIfNoEntry: false })
  if (facts?.isSocket() && facts.uid === uid) process.env.DBUS_SESSION_BUS_ADDRESS = `unix:path=${bus}`
}

function loadKeytar(env: Env): Keytar {
  findBus(env)
  try {
    // A CommonJS package, loaded by `require`: `import()` would start Node's loader of ES modules.
    return createRequire(import.meta.url)('keytar') as Keytar
  } catch (cause) {
    const library = env.platform === 'linux' ? ' (is libsecret-1-0 installed?)' : ''
    throw new Failure('keychain-unavailable', `the keychain library cannot be loaded${library}`, {
      hint: fileStore(),
      cause,
    })
  }
}

/** keytar has no codes: its words choose among failures that end alike (exit 8), and nothing else. */
const EXPLANATIONS: readonly [
  RegExp,
  'keychain-unavailable' | 'keychain-locked' | 'keychain-refused',
  string,
][] = [
  [
    /autolaunch D-Bus|spawn a message bus|dbus-launch|DBUS_SESSION_BUS_ADDRESS|Could not connect|Connection refused/i,
    'keychain-unavailable',
    'there is no keychain in this login session (no D-Bus)',
  ],
  [
    /was not provided by any \.service|ServiceUnknown|not activatable/i,
    'keychain-unavailable',
    'no keychain service runs in this login session',
  ],
  [
    /locked collection|is locked|interaction is not allowed|-25308/i,
    'keychain-locked',
    'the keychain is locked',
  ],
  [
    /stub received bad data|too (large|long)|-25303/i,
    'keychain-refused',
    'the keychain refused the item: it is too large',
  ],
  [/dismissed|cancel|denied|-128|-25293/i, 'keychain-refused', 'the keychain refused access'],
]

/** The library's message may contain paths or account names, so it is mapped to a message of ours. */
function keychainFailure(error: unknown): Failure {
  const words = error instanceof Error ? error.message : String(error)
  const [, code, message] = EXPLANATIONS.find(([pattern]) => pattern.test(words)) ?? [
    undefined,
    'keychain-unavailable' as const,
    'the keychain failed',
  ]
  const hint = code === 'keychain-locked' ? `Unlock it and try again. ${fileStore()}` : fileStore()
  return new Failure(code, message, { hint, cause: error })
}

const TICK_MILLISECONDS = 250
const LONGEST_STARVED_MILLISECONDS = 25_000
/** Longer than a command for a prompt or a script lives. */
const REFILL_MILLISECONDS = 60_000

/** Milliseconds since boot, added up over all processors. */
export interface ProcessorTimes {
  readonly idle: number
  readonly used: number
}

/** How much time is left for the answers of a service on this machine. */
interface ResponseBudget {
  /**
   * The answer, or a rejection with `late()` once the budget is used up; it is then so for every later call, until the
   * budget is refilled.
   */
  wait<T>(ask: () => Promise<T>, late: () => Error): Promise<T>
}

/**
 * A budget for all calls together. It counts only time in which the service could have answered, not while it or this process
 * waits for a processor. By the clock alone a keychain looks stuck there. 100 processes and 4 busy loops on two processors
 * waited up to 6.3 s for their one read. In that time the processors were idle for 10 ms. A service that hangs uses no
 * processor, so on all but a saturated machine the budget is the time by the clock. At most 25 s in all are not counted.
 *
 * A process that lives on (a proxy) has a new budget from time to time. That is a minute after the one before could have been
 * used up, and once each call is answered, even late. A call without an answer blocks a thread of this process, and there are
 * four.
 */
export function openResponseBudget(
  milliseconds: number,
  times: () => ProcessorTimes = processorTimes,
): ResponseBudget {
  let left = milliseconds
  let starvedLeft = LONGEST_STARVED_MILLISECONDS
  let unanswered = 0
  /** When the first call of this budget was made. */
  let since: number | undefined
  const refillWhenDue = () => {
    since ??= uptime()
    if (unanswered > 0 || uptime() - since < milliseconds + REFILL_MILLISECONDS) return
    since = uptime()
    left = milliseconds
    starvedLeft = LONGEST_STARVED_MILLISECONDS
  }
  return {
    async wait(ask, late) {
      refillWhenDue()
      if (left <= 0) throw late()
      let ticker: NodeJS.Timeout | undefined
      // Not read before the first tick: most answers come within milliseconds, and reading it takes some itself on
      // machines with many processors.
      let before: ProcessorTimes | undefined
      try {
        unanswered++
        return await Promise.race([
          ask().finally(() => unanswered--),
          new Promise<never>((_, reject) => {
            ticker = setInterval(() => {
              const now = times()
              if (starvedLeft > 0 && before && isSaturated(before, now)) starvedLeft -= TICK_MILLISECONDS
              else left -= TICK_MILLISECONDS
              before = now
              if (left <= 0) reject(late())
            }, TICK_MILLISECONDS)
          }),
        ])
      } finally {
        clearInterval(ticker)
      }
    },
  }
}

/**
 * Whether the processors together were idle for less than a tenth of one. Where the system does not tell its times
 * (some sandboxes give zeros), it is not.
 */
function isSaturated(before: ProcessorTimes, now: ProcessorTimes): boolean {
  const idle = now.idle - before.idle
  return idle < TICK_MILLISECONDS / 10 && now.used - before.used > idle
}

function processorTimes(): ProcessorTimes {
  let [idle, used] = [0, 0]
  for (const { times } of cpus()) {
    idle += times.idle
    used += times.user + times.nice + times.sys + times.irq
  }
  return { idle, used }
}
