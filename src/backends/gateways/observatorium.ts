import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Gateway, Refusal, Refused, SentToken } from './gateway.ts'
import { messageOf, nothingSent, theySay, whatWasSent } from './words.ts'

const ADDRESS = /\/api\/traces\/v1\/([^/]+)(?:\/tempo)?\/?$/
/** Where it sends a browser that brings no token. */
const LOGIN = /^\/(?:oidc|openshift)\/[^/]+\/login$/
/** What stays open under `--traces.query-rbac` (its `allowedTempoAPIs`). */
const OPEN =
  /^\/api\/((v2\/)?traces\/\w+|search|v2\/search\/tag\/resource\.(service|k8s\.namespace)\.name\/values)$/

/** Observatorium API: the gateway of the Tempo Operator and of OpenShift's tracing (observatorium/api). */
export const observatorium: Gateway = {
  name: 'Observatorium API',
  filters: true,
  at(base) {
    const tenant = ADDRESS.exec(base.pathname)?.[1]
    return tenant === undefined ? undefined : `tenant ${safeText(tenant, 60)}`
  },
  explain(refused) {
    const { status, base, body, json } = refused
    const tenant = ADDRESS.exec(base.pathname)?.[1]
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
