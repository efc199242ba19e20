import { createRequire } from 'node:module'
import { Failure } from '../errors.ts'
import type { Env, Keychain, Terminal } from '../ports.ts'
import type { ExitState } from './exit-state.ts'

const SERVICE = 'ls-auth'
const ALONE_MILLISECONDS = 5_000
const WATCHED_MILLISECONDS = 60_000
const PATIENCE_MILLISECONDS = 2_000
const ATTEMPTS = 3

type Keytar = typeof import('keytar')
// A CommonJS package: by `import()` it would come with Node's loader of ES modules, 8 ms of a start.
const require = createRequire(import.meta.url)

/**
 * The OS keychain by the keytar API: Secret Service, macOS Keychain, Windows Credential Manager.
 * Time is bounded for the process, not for the call: 5 s for a script, 60 s (with a word) when a person can answer
 * a prompt. `findCredentials` and `findPassword` are never called: on a locked Secret Service they crash the process.
 */
export async function osKeychain(env: Env, terminal: Terminal, exitState: ExitState): Promise<Keychain> {
  const keytar = load(env)
  const watched = terminal.errIsTTY && terminal.inIsTTY
  let left = watched ? WATCHED_MILLISECONDS : ALONE_MILLISECONDS

  async function bounded<T>(call: () => Promise<T>): Promise<T> {
    const started = Date.now()
    let patience: NodeJS.Timeout | undefined
    let limit: NodeJS.Timeout | undefined
    try {
      return await Promise.race([
        persistently(call),
        new Promise<never>((_, reject) => {
          if (watched) {
            patience = setTimeout(
              () => terminal.err('waiting for the keychain (it may be asking for your password)\n'),
              PATIENCE_MILLISECONDS,
            )
          }
          limit = setTimeout(
            () => {
              exitState.nativeCallStuck = true
              reject(
                new Failure('keychain-stuck', 'the keychain did not answer in time', {
                  hint: `Unlock it or restart its service, then try again. ${fileStore(env)}`,
                }),
              )
            },
            Math.max(0, left),
          )
        }),
      ])
    } finally {
      clearTimeout(patience)
      clearTimeout(limit)
      left -= Date.now() - started
    }
  }

  /** Every call is idempotent, and libsecret stumbles when items change beside it: unknown errors are tried again. */
  async function persistently<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call()
      } catch (error) {
        if (attempt === ATTEMPTS || explanationOf(error)) throw explain(error, env)
        await new Promise((resolve) => setTimeout(resolve, 50 * attempt))
      }
    }
  }

  return {
    get: async (account) => (await bounded(() => keytar.getPassword(SERVICE, account))) ?? undefined,
    set: (account, secret) => bounded(() => keytar.setPassword(SERVICE, account, secret)),
    remove: (account) => bounded(() => keytar.deletePassword(SERVICE, account)),
  }
}

/** The exact commands that choose the encrypted file instead. Never done silently. */
export function fileStore(env: Env): string {
  const key = env.platform === 'win32' ? '%USERPROFILE%\\ls-auth.key' : '~/.ls-auth.key'
  return `To keep the session in an encrypted file: ls-auth login --store file --store-key-file ${key}`
}

function load(env: Env): Keytar {
  try {
    return require('keytar') as Keytar
  } catch (cause) {
    const library = env.platform === 'linux' ? ' (is libsecret-1-0 installed?)' : ''
    throw new Failure('keychain-unavailable', `the keychain library cannot be loaded${library}`, {
      hint: fileStore(env),
      cause,
    })
  }
}

const EXPLANATIONS: readonly [
  RegExp,
  'keychain-unavailable' | 'keychain-locked' | 'keychain-refused',
  string,
][] = [
  [
    /autolaunch D-Bus|DBUS_SESSION_BUS_ADDRESS|Could not connect|Connection refused/i,
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

const explanationOf = (error: unknown) => {
  const words = error instanceof Error ? error.message : String(error)
  return EXPLANATIONS.find(([pattern]) => pattern.test(words))
}

/** The library's own words may hold paths or account names; only the fact they stand for is passed on. */
function explain(error: unknown, env: Env): Failure {
  const [, code, message] = explanationOf(error) ?? [
    undefined,
    'keychain-unavailable' as const,
    'the keychain failed',
  ]
  const hint = code === 'keychain-locked' ? `Unlock it and try again. ${fileStore(env)}` : fileStore(env)
  return new Failure(code, message, { hint, cause: error })
}
