import { createRequire } from 'node:module'
import { Failure } from '../errors.ts'
import type { Env } from '../ports/ports.ts'
import type { Keychain } from '../ports/storage.ts'
import type { Terminal } from '../ports/terminal.ts'
import type { ExitState } from './process/exit-state.ts'
import { openResponseBudget } from './response-budget.ts'

const SERVICE = 'ls-auth'
const SCRIPT_TIMEOUT_MILLISECONDS = 5_000
const PROMPT_TIMEOUT_MILLISECONDS = 60_000
const NOTICE_AFTER_MILLISECONDS = 1_000
const ATTEMPTS = 3
/** Nobody answers a prompt sooner. */
const SOON_MILLISECONDS = 250

type Keytar = typeof import('keytar')
// A CommonJS package, loaded by `require`: `import()` would start Node's loader of ES modules.
const require = createRequire(import.meta.url)

/**
 * The OS keychain by the keytar API: Secret Service, macOS Keychain, Windows Credential Manager. The timeout is a
 * budget of the process, not of a call: 5 s for a script, 60 s (with a notice after 1 s) when a person can answer the
 * keychain's prompt; on a saturated machine up to 25 s more. A process that lives on has a new one after a minute, and
 * once a late call has been answered (response-budget.ts). An item is read once: nobody
 * changes it while a command runs but the command itself. Failures: `keychain-unavailable`, `keychain-locked`,
 * `keychain-refused`, `keychain-stuck` (timeout). `findCredentials` and `findPassword` are never called: on a locked
 * Secret Service they crash the process.
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
      // Also one that came late: the process can exit as usual again.
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

/** macOS asks again when the program is signed otherwise than the one that made the item, as after an upgrade. */
function stuckFailure({ platform }: Env): Failure {
  const next =
    platform === 'darwin'
      ? 'macOS may be asking on the screen: run ls-auth whoami there, and choose "Always Allow".'
      : 'Unlock it or restart its service, then try again.'
  return new Failure('keychain-stuck', 'the keychain did not answer in time', {
    hint: `${next} ${fileStore()}`,
  })
}

/**
 * Every call is idempotent, and libsecret fails when another process changes items meanwhile. A late error is the answer of a
 * person, who is not asked again.
 */
async function withRetries<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const began = performance.now()
    try {
      return await call()
    } catch (error) {
      if (attempt === ATTEMPTS || performance.now() - began > SOON_MILLISECONDS) throw keychainFailure(error)
      await new Promise((resolve) => setTimeout(resolve, 50 * attempt))
    }
  }
}

/**
 * A hint with the exact command that chooses the encrypted file instead. There is no silent fallback. The path is one that
 * every shell leaves right: we expand `~/` ourselves, PowerShell takes no %USERPROFILE%, and bash no backslash.
 */
export const fileStore = (): string =>
  'To keep the session in an encrypted file: ls-auth login --store file --store-key-file ~/.ls-auth.key'

function loadKeytar(env: Env): Keytar {
  try {
    return require('keytar') as Keytar
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
