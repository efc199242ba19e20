import { Failure } from '../../errors.ts'
import { isObject } from '../../json-object.ts'
import { isHttpsOrLoopback } from '../../loopback-host.ts'
import type { Http, HttpAnswer } from '../../ports/http.ts'
import { type ConfigFile, configIn, readConfig } from '../../settings/files/config-file.ts'
import { renderProfile } from '../../settings/files/config-text.ts'
import { readSettings, type Settings } from '../../settings/files/settings-files.ts'
import { sendsToken } from '../../settings/profile.ts'
import { profileNames } from '../../settings/profile-name.ts'
import { SETTING_TABLE } from '../../settings/setting-table.ts'
import { checkBaseUrl, checkIssuer, urlToJudge } from '../../settings/urls.ts'
import { didYouMean } from '../../text/near-name.ts'
import { safeText, safeToml } from '../../text/safe-text.ts'
import { withoutTokens } from '../../text/token-in-text.ts'
import { canAsk, confirm } from '../can-ask.ts'
import type { CliCommand } from '../cli-command.ts'
import { flagsOf, type Invocation, noteUnknown, tell } from '../invocation.ts'
import { nameArgument } from '../typed-flags.ts'

/** The same limit as for a settings file, bytes. */
const MOST_BYTES = 1024 * 1024
const MOST_REDIRECTS = 5
const BY_HAND = 'Download it with your browser, then run: profile add --from FILE'

/** Whether `--from` names something to fetch. */
const isUrl = (from: string): boolean => /^https?:\/\//i.test(from)

/** An address as it may be shown: a query can hold a secret. */
const shownUrl = (from: string): string =>
  URL.canParse(from) ? safeText(new URL(from).origin + new URL(from).pathname, 200) : safeText(from, 200)

/**
 * Fetches a profile that a team shares: no token, no cookie, no client certificate, and no redirect to another origin,
 * because the person has judged the one that was typed. Failures: `usage`, `refused`, `network`, `not-found`,
 * `api-failed`.
 */
async function fetchProfile(invocation: Invocation, from: string): Promise<Buffer> {
  const { timeoutMilliseconds } = flagsOf(invocation)
  const http = await invocation.ports.http({
    proxy: undefined,
    caFile: undefined,
    clientCert: undefined,
    clientKey: undefined,
    timeoutMilliseconds,
  })
  let url = checked(from)
  for (let left = MOST_REDIRECTS; left >= 0; left--) {
    const answer = await ask(http, url)
    const next = redirect(answer, url)
    if (next === undefined) return profileIn(answer, url)
    url = next
  }
  throw new Failure('api-failed', `${safeText(url.host)} redirects in a loop`, { hint: BY_HAND })
}

function checked(from: string): URL {
  if (!URL.canParse(from))
    throw new Failure('usage', `"${safeText(from, 200)}" is not a URL`, {
      hint: 'Write it like https://wiki.example.com/team.toml',
    })
  const url = new URL(from)
  if (url.username || url.password)
    throw new Failure('usage', 'the URL of the profile holds a user name or password', { hint: BY_HAND })
  if (isHttpsOrLoopback(url)) return url
  // Whoever is on the way could choose where people sign in and where their tokens go.
  throw new Failure('refused', `refusing plain http to ${safeText(url.host)}`, {
    hint: 'Use https. Plain http is for 127.0.0.1, [::1] and localhost only.',
  })
}

const ask = (http: Http, url: URL): Promise<HttpAnswer> =>
  http.send({
    method: 'GET',
    url,
    headers: { accept: 'application/toml, text/plain, */*;q=0.5' },
    maxBytes: MOST_BYTES,
  })

/** Where the answer sends us, on the same origin. Failure `refused`: to another one. */
function redirect({ status, headers }: HttpAnswer, url: URL): URL | undefined {
  const { location } = headers
  if (status < 300 || status >= 400 || location === undefined || !URL.canParse(location, url.href))
    return undefined
  const next = new URL(location, url)
  if (next.origin === url.origin) return next
  throw new Failure(
    'refused',
    `${safeText(url.host)} redirects to another host: ${safeText(next.host, 200)}`,
    {
      hint: 'If your team keeps the profile there, use that address.',
    },
  )
}

function profileIn({ status, headers, body }: HttpAnswer, url: URL): Buffer {
  const host = safeText(url.host)
  if (status === 404 || status === 410)
    throw new Failure('not-found', `${host} has no such file (HTTP ${status})`, {
      hint: 'Check the address.',
    })
  if (status === 401 || status === 403)
    throw new Failure('usage', `${host} requires a sign-in (HTTP ${status})`, { hint: BY_HAND })
  if (status !== 200)
    throw new Failure('api-failed', `${host} failed (HTTP ${status})`, {
      hint: `Try again later. ${BY_HAND}`,
    })
  if (/html/i.test(headers['content-type'] ?? '') || /^\s*</.test(body.subarray(0, 200).toString('utf8')))
    throw new Failure('usage', `${host} answered with a web page instead of a profile`, {
      hint: `Use the address of the plain file. ${BY_HAND}`,
    })
  return body
}

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

/** `ls-auth profile export NAME`: the profile as TOML on stdout, for a team to import. Holds no secret. */
export const exportProfile: CliCommand<{ readonly name: string }> = {
  read: ({ args }) => ({ name: nameArgument(args) }),
  run: printToml,
}

async function printToml(invocation: Invocation, { name }: { readonly name: string }): Promise<void> {
  const { env, terminal } = invocation.ports
  const settings = await readSettings(env, await invocation.ports.files())
  const table = tableOf(settings, name)
  if (Object.keys(table).length === 0) {
    throw new Failure('settings', `there is no profile "${safeText(name, 60)}"`, {
      hint: `${didYouMean(name, profileNames(settings))}See: ls-auth profile list`,
    })
  }
  const { issuer, api } = table
  if (typeof issuer === 'string') checkIssuer(issuer)
  if (typeof api === 'string') checkBaseUrl(api, String(table.authorization ?? ''))
  const shared = Object.fromEntries(Object.entries(table).filter(([key]) => !LOCAL_SETTINGS.has(key)))
  await terminal.out(safeToml(await renderProfile(name, shared)))
}

/** The profile of both files, as it counts. */
function tableOf({ system, config }: Settings, name: string): Readonly<Record<string, unknown>> {
  const [before, own] = [system.profiles[name] ?? {}, config.profiles[name] ?? {}]
  const joined = SETTING_TABLE.flatMap(({ key, byKey }) => {
    const [one, other] = [before[key], own[key]]
    return byKey === true && isObject(one) && isObject(other) ? [[key, { ...one, ...other }]] : []
  })
  return { ...before, ...own, ...Object.fromEntries(joined) }
}

/** A profile out of a file. */
export interface Transfer {
  /** The file, or its URL without a query, for messages. */
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
 * Says what is not taken, and what nobody will heed: a policy that is misspelt is none. `from`: its path, or its URL. Failures: `usage`, `settings`, those of {@link fetchProfile}.
 */
export async function readTransfer(
  invocation: Invocation,
  { from: path, name }: { readonly from: string; readonly name: string | undefined },
): Promise<Transfer> {
  const file = isUrl(path)
    ? await configIn(shownUrl(path), await fetchProfile(invocation, path))
    : await readProfileFile(invocation, path)
  const names = Object.keys(file.profiles)
  // A file with one profile may be imported under another name.
  const chosen = names.length === 1 ? names[0] : names.find((one) => one === name)
  if (chosen === undefined) throw notOne(isUrl(path) ? shownUrl(path) : path, names)
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

/** They may choose who signs the person in: an organization, another identity provider. As they stand, valid or not. */
function parametersIn(list: unknown): string {
  const all = typeof list === 'string' ? [list] : Array.isArray(list) ? list.map(String) : []
  const shown = all.slice(0, MOST_PARAMETERS).map((one) => safeText(withoutTokens(one), 200))
  const lines = all.length > shown.length ? [...shown, `(and ${all.length - shown.length} more)`] : shown
  return lines.map((line, at) => `${(at === 0 ? 'with the parameters' : '').padEnd(26)}${line}\n`).join('')
}

/**
 * Shows the origins of an imported profile, with the parameters of its sign-in, for confirmation before anything is saved:
 * whoever wrote the file chooses where people sign in and where their tokens go. Failures: `usage` (nobody there), `declined`.
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
  throw new Failure('declined', 'you said no; you said no; the profile was not added', {
    hint: 'Nothing was changed.',
  })
}
