import { Failure } from '../errors.ts'
import { isObject } from '../json-object.ts'
import { type ConfigFile, readConfig } from '../settings/files/config-file.ts'
import { sendsToken } from '../settings/profile.ts'
import { SETTING_TABLE } from '../settings/setting-table.ts'
import { urlToJudge } from '../settings/urls.ts'
import { safeText } from '../text/safe-text.ts'
import { withoutTokens } from '../text/secrets.ts'
import { canAsk, confirm } from './can-ask.ts'
import { type Invocation, noteUnknown, tell } from './invocation.ts'

/** Settings of one machine or person: not exported, not accepted in an import, and kept when one replaces a profile. */
export const LOCAL_SETTINGS: ReadonlySet<string> = new Set([
  'account',
  'store',
  'store_key_file',
  'proxy',
  'ca_file',
  'client_cert',
  'client_key',
  'client_secret',
])

/** A profile out of a file. */
export interface Transfer {
  /** Its path, for messages. */
  readonly file: string
  readonly name: string
  /** With what this version does not know: a later one may. */
  readonly values: Readonly<Record<string, unknown>>
}

/** A key that this version does not know, but whose value is better not in a settings file. */
const IS_SECRET = /secret|passw|passphrase|private_?key/i

async function readProfileFile({ ports }: Invocation, path: string): Promise<ConfigFile> {
  const file = await readConfig(path, await ports.files(), true).catch((failure) => {
    // The hint of readConfig is about the user's own settings file, not about this one.
    if (!(failure instanceof Failure) || failure.reason !== 'unreadable-file') throw failure
    throw new Failure('usage', failure.message, {
      hint: 'Choose a file with one profile.',
      cause: failure,
    })
  })
  if (file.exists) return file
  throw new Failure('usage', `there is no file ${safeText(path, 200)}`, {
    hint: 'Choose a file with one profile.',
  })
}

/**
 * Reads a profile file (`ls-auth profile export`, or written by hand): the profile of the given name, else the only one.
 * Says what is not taken, and what will have no effect: a policy that is misspelt is none. `from`: its path. Failures: `usage`,
 * `settings`.
 */
export async function readTransfer(
  invocation: Invocation,
  { from: path, name }: { readonly from: string; readonly name: string | undefined },
): Promise<Transfer> {
  const file = await readProfileFile(invocation, path)
  const names = Object.keys(file.profiles)
  // A file with one profile may be imported under another name.
  const chosen = names.length === 1 ? names[0] : names.find((one) => one === name)
  if (chosen === undefined) throw notOne(path, names)
  const known = new Set(SETTING_TABLE.map(({ key }) => key))
  const entries = Object.entries(file.profiles[chosen] ?? {})
  const isLeft = (key: string) => LOCAL_SETTINGS.has(key) || (!known.has(key) && IS_SECRET.test(key))
  for (const [key] of entries.filter(([one]) => isLeft(one))) {
    const whose = IS_SECRET.test(key) ? 'a secret is never imported' : 'it belongs to one machine or person'
    tell(invocation, `note: the setting "${safeText(key, 60)}" was not taken: ${whose}`)
  }
  const values = Object.fromEntries(entries.filter(([key]) => !isLeft(key)))
  const unknown = Object.keys(values).filter((key) => !known.has(key))
  await noteUnknown(invocation, [
    ...unknown.map((key) => ({ key, file: file.path, where: 'profile' as const })),
    ...file.unknownKeys.map((key) => ({ key, file: file.path, where: 'file' as const })),
  ])
  return { file: file.path, name: name ?? chosen, values }
}

function notOne(path: string, names: readonly string[]): Failure {
  const file = safeText(path, 200)
  if (names.length === 0) {
    return new Failure('usage', `${file} holds no profile`, { hint: 'Write it as [profiles.NAME].' })
  }
  return new Failure('usage', `${file} holds several profiles`, {
    hint: `Choose one of them: ${names.map((one) => safeText(one, 60)).join(', ')}.`,
  })
}

/** Whoever writes a file must not choose unseen which variable or file of this machine is sent away. */
const proofIn = (workload: unknown): string => {
  const { source, assertion_key: key } = isObject(workload) ? workload : {}
  const from = typeof source === 'string' && source !== 'none' ? [safeText(source, 200)] : []
  const signed = typeof key === 'string' ? [`the key ${safeText(key, 200)}`] : []
  const proofs = [...from, ...signed]
  return proofs.length === 0 ? 'a client secret' : proofs.join(' and ')
}

/** So many that the issuer above stays in sight. */
const MOST_PARAMETERS = 10

/** They may choose who signs the person in: an organization, another identity provider. Unchanged, valid or not. */
function parametersIn(list: unknown): string {
  const all = typeof list === 'string' ? [list] : Array.isArray(list) ? list.map(String) : []
  const shown = all.slice(0, MOST_PARAMETERS).map((one) => safeText(withoutTokens(one), 200))
  const lines = all.length > shown.length ? [...shown, `(and ${all.length - shown.length} more)`] : shown
  return lines.map((line, at) => `${(at === 0 ? 'with the parameters' : '').padEnd(26)}${line}\n`).join('')
}

/**
 * Shows the origins of an imported profile, with the parameters of its sign-in, for confirmation before anything is saved. The
 * file chooses where people sign in and where their tokens go. Failures: `usage` (no person to ask), `declined`.
 */
export async function confirmOrigins(
  invocation: Invocation,
  values: Readonly<Record<string, unknown>>,
  yes: boolean,
): Promise<void> {
  const { terminal } = invocation.ports
  const show = (key: string) =>
    typeof values[key] === 'string' ? urlToJudge(values[key] as string) : '(not set)'
  const open = values.issuer === undefined && !sendsToken({ authorization: String(values.authorization) })
  terminal.err(
    open
      ? `This profile asks ${show('api')} without a sign-in\n`
      : values.workload === undefined
        ? `This profile signs in at  ${show('issuer')}\n${parametersIn(values.authorization_parameters)}and sends tokens to       ${show('api')}\n`
        : `This profile proves itself with  ${proofIn(values.workload)}\nat                               ${show('issuer')}\nand sends tokens to              ${show('api')}\n`,
  )
  if (yes) return
  if (!canAsk(invocation)) {
    throw new Failure('usage', 'cannot ask for confirmation: stdin is not a terminal', {
      hint: 'If issuer and API are right, add --yes. A terminal asks, except with --json or --quiet.',
    })
  }
  if (await confirm(terminal, 'Add this profile?')) return
  throw new Failure('declined', 'you said no; the profile was not added', {
    hint: 'Nothing was changed.',
  })
}
