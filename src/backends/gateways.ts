import { Failure } from '../errors.ts'
import { type JsonObject, jsonObject } from '../json-object.ts'
import { safeText } from '../text/safe-text.ts'
import { shellWord } from '../text/shell-word.ts'

/** The token that went with a request, as far as its claims can be read. */
export interface SentToken {
  /** `use_token`; undefined: it was given in LS_AUTH_TOKEN. */
  readonly use: 'access' | 'id' | undefined
  /** The header it was sent in. */
  readonly header: string
  /** Empty: it names none, or cannot be read. */
  readonly audiences: readonly string[]
  readonly groups: readonly string[]
  /** By the clock of this machine. */
  readonly isExpired: boolean
}

/** An answer that is not a good one. Its texts are a server's: not sanitized, and without the token. */
export interface Refused {
  readonly base: URL
  /** Of the request, below the base URL. */
  readonly path: string
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly json: JsonObject | undefined
  readonly sent: SentToken | undefined
}

/** A gateway's refusal, explained. */
export interface Refusal {
  readonly failure: Failure
  /** It is about the token, so that another one of the same person may be let in. */
  readonly isAboutToken?: boolean
}

/** A gateway that other people make and run, with its own way of refusing. */
export interface Gateway {
  /** For people. */
  readonly name: string
  /** The parts of its address that say more, such as `tenant dev`; undefined: this is not the address of one. */
  at(base: URL): string | undefined
  /** Whether an answer is one of its own or came through it; absent: its headers do not tell. */
  isSeenIn?(headers: Refused['headers']): boolean
  /**
   * It takes attributes out of the traces it passes on, by who asks. It reads JSON to do so: not every version can read
   * protobuf.
   */
  readonly filters: boolean
  /** Undefined: an answer like any other. */
  explain(refused: Refused): Refusal | undefined
}

const TENANT_ADDRESS = /\/api\/traces\/v1\/([^/]+)(?:\/tempo)?\/?$/
/** Where it sends a browser that brings no token. */
const LOGIN = /^\/(?:oidc|openshift)\/[^/]+\/login$/
/** What stays open under `--traces.query-rbac` (its `allowedTempoAPIs`). */
const OPEN =
  /^\/api\/((v2\/)?traces\/\w+|search|v2\/search\/tag\/resource\.(service|k8s\.namespace)\.name\/values)$/

/** Observatorium API: the gateway of the Tempo Operator and of OpenShift's tracing (observatorium/api). */
const observatorium: Gateway = {
  name: 'Observatorium API',
  filters: true,
  at(base) {
    const tenant = TENANT_ADDRESS.exec(base.pathname)?.[1]
    return tenant === undefined ? undefined : `tenant ${safeText(tenant, 60)}`
  },
  explain(refused) {
    const { status, base, body, json } = refused
    const tenant = TENANT_ADDRESS.exec(base.pathname)?.[1]
    const isOwn = json?.errorType === 'observatorium-api'
    if (status >= 300 && status < 400) return wantsSignIn(refused)
    if (status === 500 && (isOwn || tenant !== undefined)) return notVerified(refused, isOwn)
    if (status === 400 && isOwn) return lacksClaim(refused)
    const isClosed = status === 403 && body === '' && refused.headers['www-authenticate'] === undefined
    return isClosed && tenant !== undefined ? closed(refused, tenant) : undefined
  },
}

/** Its `oidc` middleware found no `Authorization` header, nor its cookie. Undefined: this leads elsewhere. */
function wantsSignIn({ status, base, headers, sent }: Refused): Refusal | undefined {
  const { location = '' } = headers
  if (!URL.canParse(location, base.href)) return undefined
  const { pathname } = new URL(location, base)
  if (!LOGIN.test(pathname)) return undefined
  const hint =
    sent === undefined
      ? nothingSent(base)
      : sent.header.toLowerCase() === 'authorization'
        ? 'The gateway ignored your token. A proxy on the way may drop the Authorization header. Ask whoever runs the gateway.'
        : `It reads the token from Authorization, but yours was sent in ${safeText(sent.header, 60)}: ls-auth profile set authorization_header --unset`
  const message = `${safeText(base.host)} requires a separate sign-in (HTTP ${status} to ${safeText(pathname, 120)})`
  return { failure: new Failure('login-page', message, { hint }) }
}

/**
 * Anything from a foreign audience to an expired token: its log alone tells which. Until 2025 its errors were plain text,
 * as Tempo's are: undefined for any other than its own, and `api-failed` for that.
 */
function notVerified(refused: Refused, isOwn: boolean): Refusal | undefined {
  const { base, status, sent } = refused
  if (!isOwn && !sent?.isExpired && !messageOf(refused).startsWith('failed to verify ID token'))
    return undefined
  const detail = [...theySay(refused), ...whatWasSent(sent)]
  const message = `${safeText(base.host)} could not verify the token (HTTP ${status})`
  if (sent?.isExpired) {
    const hint = 'It has expired. Sign in again: ls-auth login'
    return { failure: new Failure('session-ended', message, { detail, hint }), isAboutToken: true }
  }
  const failure = new Failure(isOwn ? 'not-allowed' : 'api-failed', message, {
    detail,
    ...(isOwn && { reason: 'refused-token' }),
    hint: verifyHint(sent, base),
  })
  return { failure, isAboutToken: isOwn }
}

function verifyHint(sent: SentToken | undefined, base: URL): string {
  if (sent === undefined) return nothingSent(base)
  const wants = "This gateway accepts tokens whose audience is its tenant's client id"
  if (sent.use === 'access') return `${wants}: the ID token has it. Send it: ls-auth profile set use_token id`
  if (sent.use === undefined) return `${wants}, from its tenant's issuer. Put that token in LS_AUTH_TOKEN.`
  return `${wants}. Ask whoever runs it for that id and its issuer, then: ls-auth login --client-id ID`
}

/** `usernameClaim` and `groupClaim` of its tenant. */
function lacksClaim(refused: Refused): Refusal {
  const { base, status, sent } = refused
  const isGroup = messageOf(refused).startsWith('group')
  const what = isGroup ? 'no groups' : 'no user name'
  const claim = isGroup ? 'groupClaim' : 'usernameClaim'
  const message = `${safeText(base.host)} finds ${what} in the token (HTTP ${status})`
  const hint = `${claim} of its tenant must name a claim in the token: ls-auth whoami --raw shows them.`
  return {
    failure: new Failure('not-allowed', message, {
      hint,
      detail: [...theySay(refused), ...whatWasSent(sent)],
    }),
    isAboutToken: true,
  }
}

/** An empty 403 is both: a route closed to everybody, and rules that refuse this person. */
function closed({ base, path, sent }: Refused, tenant: string): Refusal {
  const host = safeText(base.host)
  if (!OPEN.test(path)) {
    return {
      failure: new Failure('not-allowed', `${host} does not allow this request (HTTP 403)`, {
        hint: 'With namespace filtering, this gateway only allows single traces, searches and services: ls-auth trace search',
      }),
    }
  }
  const groups = sent?.groups ?? []
  return {
    failure: new Failure('not-allowed', `${host} denied you access (HTTP 403)`, {
      detail:
        groups.length === 0 ? [] : [`held groups: ${groups.map((one) => safeText(one, 120)).join(' ')}`],
      hint: `Its rules don't allow you to read the tenant ${safeText(tenant, 60)}. Ask whoever runs the gateway for a role that reads traces.`,
    }),
  }
}

const ADDRESS = /\/api\/datasources\/proxy\/(?:uid\/([\w-]+)|\d+)\/?$/

/** Grafana's data-source proxy with `[auth.jwt]` (grafana: pkg/services/authn/clients/jwt.go, datasourceproxy.go). */
const grafana: Gateway = {
  name: "Grafana's data-source proxy",
  filters: false,
  at(base) {
    const match = ADDRESS.exec(base.pathname)
    return match === null ? undefined : match[1] === undefined ? '' : `data source ${safeText(match[1], 60)}`
  },
  explain(refused) {
    const { status, base, json } = refused
    if (json === undefined) return undefined
    const isAddress = ADDRESS.test(base.pathname)
    // Behind it, Tempo's 404 is plain text, and Jaeger's has a list of errors.
    if (status === 404 && isAddress && typeof json.message === 'string')
      return { failure: noDataSource(refused) }
    if (!isAddress && typeof json.messageId !== 'string') return undefined
    if (status === 401) return { failure: refusedToken(refused), isAboutToken: true }
    return status === 403 ? { failure: refusedAccess(refused) } : undefined
  },
}

function refusedToken(refused: Refused): Failure {
  const { base, sent } = refused
  const found = sent === undefined ? 'wants a token' : 'did not accept the token'
  return new Failure('not-allowed', `${safeText(base.host)} ${found} (HTTP 401)`, {
    detail: [...theySay(refused), ...whatWasSent(sent)],
    reason: 'refused-token',
    hint: sent === undefined ? nothingSent(base) : tokenHint(refused, sent),
  })
}

function tokenHint({ json, ...refused }: Refused, sent: SentToken): string {
  const says = messageOf({ ...refused, json })
  if (/missing mandatory claim/i.test(says))
    return 'username_claim or email_claim of its [auth.jwt] must name a claim in the token: ls-auth whoami --raw shows them. An ID token often has more: ls-auth profile set use_token id'
  if (/failed to verify jwt/i.test(says))
    return 'Its [auth.jwt] checks signature, times and expect_claims. Compare iss and aud: ls-auth whoami --raw'
  // A token in Authorization is taken for an API key, or not looked at.
  const isUsual = sent.header.toLowerCase() === 'authorization'
  const reads = `Grafana did not take it for a JWT. header_name of its [auth.jwt] is X-JWT-Assertion by default`
  return isUsual
    ? `${reads}: ls-auth profile set authorization_header X-JWT-Assertion`
    : `${reads}; compare it with authorization_header: ls-auth profile show`
}

/** Its own permissions: `Permissions needed: datasources:query`. */
function refusedAccess(refused: Refused): Failure {
  const says = messageOf(refused)
  const needed = /permissions needed: (.{1,200})$/i.exec(says)?.[1]
  const hint = /invalid role/i.test(says)
    ? 'role_attribute_path of its [auth.jwt] finds no role in the token: ls-auth whoami --raw shows the claims.'
    : needed === undefined
      ? 'Ask the administrator of this Grafana for permission to query this data source.'
      : `Ask the administrator of this Grafana to give your role ${safeText(needed, 120)}.`
  const message = `${safeText(refused.base.host)} denied you access (HTTP 403)`
  return new Failure('not-allowed', message, { hint, detail: theySay(refused) })
}

const noDataSource = (refused: Refused): Failure =>
  new Failure('not-found', 'Grafana has no data source with this uid', {
    hint: 'Check the uid in api: https://GRAFANA/api/datasources/proxy/uid/UID.',
    detail: theySay(refused),
  })

const isSeenIn = (headers: Refused['headers']): boolean => headers['x-server-hostname'] !== undefined

/** VictoriaMetrics' vmauth (VictoriaMetrics: app/vmauth/main.go). */
const vmauth: Gateway = {
  // The header is of every server of VictoriaMetrics (lib/httpserver), so also of VictoriaTraces alone.
  name: 'vmauth, or another server of VictoriaMetrics',
  filters: false,
  at: () => undefined,
  isSeenIn,
  explain(refused) {
    const { status, headers, sent } = refused
    if (!isSeenIn(headers)) return undefined
    if (status === 401)
      return sent?.header.toLowerCase() === 'authorization' ? unknownToken(refused) : noToken(refused)
    const hasNoRoute = status === 400 && messageOf(refused).includes('missing route for "')
    return hasNoRoute ? { failure: noRoute(refused) } : undefined
  },
}

/** Under `-logInvalidAuthTokens` its words hold the token, so they are never shown. */
function unknownToken({ base, status, sent }: Refused): Refusal {
  const failure = new Failure(
    'not-allowed',
    `${safeText(base.host)} does not know the token (HTTP ${status})`,
    {
      reason: 'refused-token',
      detail: whatWasSent(sent),
      hint: 'vmauth checks issuer, signature, times and match_claims. Compare them: ls-auth whoami --raw. Before 1.147 the token also needs the claim vm_access.',
    },
  )
  return { failure, isAboutToken: true }
}

function noToken({ base, status, sent }: Refused): Refusal {
  const hint =
    sent === undefined
      ? nothingSent(base)
      : `It reads the token from Authorization, but yours was sent in ${safeText(sent.header, 60)}: ls-auth profile set authorization_header --unset`
  const message = `${safeText(base.host)} found no token in the request (HTTP ${status})`
  return { failure: new Failure('not-allowed', message, { hint }) }
}

const noRoute = ({ base, status, path }: Refused): Failure =>
  new Failure(
    'api-failed',
    `${safeText(base.host)} has no route for ${safeText(path, 120)} (HTTP ${status})`,
    {
      hint: 'Check api in the profile, and src_paths of your user in the configuration of vmauth.',
    },
  )

const KNOWN: readonly Gateway[] = [observatorium, grafana, vmauth]

/** A gateway that was recognised. */
export interface SeenGateway extends Pick<Gateway, 'name' | 'filters'> {
  /** How, and what else its address says. */
  readonly how: string
}

/** Which gateway answers at a base URL, by the address or by the headers of its answers; undefined: none that is known. */
export function gatewaySeen(base: URL, headers: Refused['headers'] = {}): SeenGateway | undefined {
  for (const { name, filters, at, isSeenIn } of KNOWN) {
    const says = at(base)
    if (says !== undefined)
      return { name, filters, how: says === '' ? 'by its address' : `${says}, by its address` }
    if (isSeenIn?.(headers)) return { name, filters, how: 'by its headers' }
  }
  return undefined
}

/** What the answer of a known gateway means; undefined: an answer like any other. `body`: without the token. */
export function explainRefusal(
  answer: Omit<Refused, 'json' | 'body'> & { readonly body: Buffer },
): Refusal | undefined {
  const head = answer.body.subarray(0, 4096)
  const refused: Refused = { ...answer, body: head.toString('utf8'), json: jsonObject(head) }
  for (const gateway of KNOWN) {
    const refusal = gateway.explain(refused)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** The message of a server: `message`, `error` or the first of `errors` of a JSON object, else the text. Not sanitized. */
function messageOf({ json, body }: Pick<Refused, 'json' | 'body'>): string {
  if (json === undefined) return body.trim()
  const { errors, message, error } = json
  const first = [Array.isArray(errors) ? errors[0] : undefined, message, error]
  return first.find((one): one is string => typeof one === 'string')?.trim() ?? ''
}

/** The same as a line of a Failure, marked as theirs. */
export function theySay(refused: Pick<Refused, 'json' | 'body'>): string[] {
  const words = messageOf(refused)
  return words === '' || words.startsWith('<') ? [] : [`server: ${safeText(words, 300)}`]
}

/** Which token was sent and for whom it is, to compare with what the gateway wants. */
function whatWasSent(sent: SentToken | undefined): string[] {
  if (sent === undefined) return []
  const { use, header, audiences } = sent
  const which =
    use === undefined ? 'the token in LS_AUTH_TOKEN' : `the ${use === 'id' ? 'ID' : 'access'} token`
  const audience =
    audiences.length === 0 ? 'not readable' : audiences.map((one) => safeText(one, 120)).join(' ')
  return [`sent: ${which}, in ${safeText(header, 60)}`, `held audience: ${audience}`]
}

export const nothingSent = ({ href }: URL): string =>
  `This API wants a token, and you sent none. Sign in: ls-auth login ${shellWord(href.replace(/\/$/, ''))}`
