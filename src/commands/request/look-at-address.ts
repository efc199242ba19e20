import type { Witness } from '../../api/destination.ts'
import { openApi } from '../../api/request.ts'
import {
  BACKEND_IDS,
  BACKENDS,
  type BackendId,
  backendAtHost,
  backendOf,
  listed,
  openBackend,
} from '../../backends/table.ts'
import { Failure } from '../../errors.ts'
import { isLoopback } from '../../loopback-host.ts'
import type { Http } from '../../ports/http.ts'
import type { Clock } from '../../ports/ports.ts'
import { presetFor } from '../../providers/detect.ts'
import { discover } from '../../session/documents/metadata.ts'
import { requireSignInOffered } from '../../session/sign-in-offered.ts'
import type { Profile } from '../../settings/profile.ts'
import { checkBaseUrl, checkIssuer, withScheme } from '../../settings/urls.ts'
import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import { changeSettings } from '../change-settings.ts'
import { givenToken, type Invocation, loadProfile, tell } from '../invocation.ts'
import { openRecorder } from './recorder.ts'

/** The server at an address: an issuer, an API without sign-in, or an API that wants a token. */
export type Found =
  | { readonly kind: 'issuer'; readonly issuer: string }
  | { readonly kind: 'open-api'; readonly api: string; readonly backend: BackendId }
  | { readonly kind: 'closed-api'; readonly api: string }

/** The requests of a look: without a token, and with a timeout for a person who waits. */
export interface Looker {
  readonly http: Http
  readonly clock: Clock
  readonly now: () => number
  /** Names the caller to an API. */
  readonly witness: Witness
}

/** Finds out what answers there. A Failure says why it is nothing that can be used. */
export async function lookAt(typed: string, looker: Looker): Promise<Found | Failure> {
  const address = withScheme(typed)
  const issuer = await asIssuer(address, looker)
  if (!(issuer instanceof Failure)) return { kind: 'issuer', issuer }
  // There is no answer, or an issuer that cannot be used: more requests would not change that.
  if (/^(network|refused|cannot-do)$/.test(issuer.code) && !isPlainHttp(address)) return issuer
  const api = await asApi(address, looker)
  if (!(api instanceof Failure)) return api
  if (/^(network|refused|settings)$/.test(api.code)) return api
  return new Failure('usage', `${new URL(address).host} is neither an issuer nor a known trace API`, {
    detail: [`as an issuer: ${issuer.message}`, `as an API: ${api.message}`],
    hint: 'Use the address from your administrator, without the path of a page.',
  })
}

/** Plain http to another machine isn't an issuer, but may be an API that takes no token. */
const isPlainHttp = (address: string): boolean =>
  URL.canParse(address) && new URL(address).protocol === 'http:' && !isLoopback(new URL(address))

/** The issuer at an address, with or without a slash at its end, as it calls itself. */
export async function asIssuer(typed: string, { http, clock }: Looker): Promise<string | Failure> {
  const address = withScheme(typed).replace(/\/?\.well-known\/openid-configuration$/, '')
  const other = address.endsWith('/') ? address.slice(0, -1) : `${address}/`
  let first: Failure | undefined
  for (const one of [address, other]) {
    try {
      const preset = presetFor(checkIssuer(one))
      requireSignInOffered(preset)
      await discover(one, preset, http, clock)
      return one
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      first ??= error
      // Only the name in the answer tells whether the slash belongs to it.
      if (error.code !== 'refused') break
    }
  }
  return first as Failure
}

/** The API at an address, by asking each back end that can be asked without more settings. */
export async function asApi(
  typed: string,
  { http, now, witness }: Looker,
): Promise<Exclude<Found, { kind: 'issuer' }> | Failure> {
  let closed = false
  let last: Failure | undefined
  try {
    const base = checkBaseUrl(withScheme(typed), 'none')
    const send = openApi({ base, authorization: 'none', http, witness }, NO_TOKEN)
    const api = base.href
    const known = backendAtHost(base.hostname)
    if (known !== undefined) return { kind: 'closed-api', api }
    for (const { id, needs, apiHost } of BACKENDS) {
      const backend = BACKEND_IDS.find((one) => one === id)
      if (needs.length > 0 || apiHost !== undefined || backend === undefined) continue
      try {
        const source = await openBackend(backend, { base, place: {}, send, now, snapshotConsent })
        await source.probe()
        return { kind: 'open-api', api, backend }
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        last = error
        if (error.code === 'not-allowed' || error.code === 'step-up') closed = true
        if (error.code === 'network' || error.code === 'refused') break
      }
    }
    if (!closed) return last ?? new Failure('usage', 'no API to ask there')
    // A token goes there later, so plain http is for this machine only.
    checkBaseUrl(api, 'bearer')
    return { kind: 'closed-api', api }
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/**
 * The back end at an address that a command asks. Failures: `network`, and those that say what else answers there, with the
 * command that leads on. `hasToken`: there is a sign-in, or LS_AUTH_TOKEN stands in for it.
 */
async function backendAt(url: URL, hasToken: boolean, looker: Looker, command: string): Promise<BackendId> {
  const host = safeText(url.host, 100)
  const login = `ls-auth login ${shellWord(url.href.replace(/\/$/, ''))}`
  const found = await asApi(url.href, looker)
  if (!(found instanceof Failure) && found.kind === 'open-api') return found.backend
  if (found instanceof Failure && (found.code === 'network' || found.code === 'refused')) throw found
  const issuer = await asIssuer(url.href, looker)
  if (typeof issuer === 'string') throw isProvider(issuer, url)
  if (!(found instanceof Failure) && !hasToken)
    throw new Failure('not-signed-in', `${host} wants a token`, { hint: `Sign in: ${login}` })
  if (found instanceof Failure && found.reason === 'web-page')
    throw new Failure('settings', found.message, {
      detail: found.detail,
      hint: `Check the address. If it is that of a trace gateway, sign in: ${login}`,
    })
  // Behind `--` it would be the program's.
  const addFlag = command === 'exec' ? 'Before the --, add' : 'Add'
  const add = `${addFlag} --backend ${listed(BACKEND_IDS, 'or')}, or set LS_AUTH_BACKEND.`
  throw new Failure('settings', `unknown back end at ${host}`, {
    hint: hasToken ? add : `${add} If it is a trace gateway, sign in: ${login}`,
  })
}

/** The API says what it is, without a token. Failures: those of `backendAt`. */
export async function withBackend(invocation: Invocation, profile: Profile): Promise<Profile> {
  const { clock, http } = invocation.ports
  const { request } = openRecorder(invocation, profile.client)
  const looker = { http: await http(profile.client.http), clock, now: () => clock.now(), witness: request }
  const { name, settingsFile, resolved } = profile
  const isOwn = resolved.api.source === settingsFile.path
  const setting = `profile set backend ${BACKEND_IDS[1]}`
  const hasToken = givenToken(invocation) !== undefined || profile.client.issuer !== undefined
  const backend = await backendAt(profile.api, hasToken, looker, invocation.command).catch((error) => {
    throw isOwn && error instanceof Failure && error.code === 'settings' && hasToken
      ? error.withHint(
          `Set it, such as: ls-auth ${setting} --profile ${shellWord(name)}. It takes ${listed(BACKEND_IDS, 'or')}.`,
        )
      : error
  })
  if (isOwn) await keepBackend(invocation, profile, backend)
  return { ...profile, backend, isBackendKnown: true }
}

/** Found once: the next command need not ask. A file that cannot be written fails no command. */
async function keepBackend(
  invocation: Invocation,
  { name, resolved }: Profile,
  backend: BackendId,
): Promise<void> {
  const { settings } = await loadProfile(invocation)
  try {
    await changeSettings(invocation, settings, ({ config: { profiles } }) => {
      if (profiles[name]?.api !== resolved.api.value || profiles[name]?.backend !== undefined)
        throw new Failure('settings', 'the profile has changed in the meantime')
      return { set: name, values: { backend } }
    })
    tell(invocation, `profile ${safeText(name, 60)}: backend = ${backend}, as its API answers`)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
  }
}

/** Failure `usage`: the address is that of an identity provider. */
export const isProvider = (issuer: string, { host }: URL): Failure =>
  new Failure(
    'usage',
    `${safeText(host, Number.POSITIVE_INFINITY)} is your identity provider, not the trace gateway`,
    {
      reason: 'identity-provider',
      hint: `Ask your platform team for the address of the trace gateway, or: ls-auth login --issuer ${shellWord(issuer)} --client-id ID --api URL`,
    },
  )

/** Failure `not-found`, which `login` takes for an answer: the API answers without a token. */
export const needsNoSignIn = (backend: BackendId, { host, href }: URL): Failure =>
  new Failure(
    'not-found',
    `${safeText(host, Number.POSITIVE_INFINITY)} is a ${backendOf(backend).name} that needs no sign-in`,
    {
      reason: 'needs-no-sign-in',
      hint: `Ask it: ls-auth services --backend ${backend} --api ${shellWord(href)} --authorization none`,
    },
  )

/** No person is signed in yet. */
const NO_TOKEN = {
  token: async () => {
    throw new Failure('not-signed-in', 'you are not signed in')
  },
  renew: async () => undefined,
}

/** A look spends no snapshot. */
const snapshotConsent = async () => {
  throw new Failure('usage', 'a first look takes no snapshot')
}
