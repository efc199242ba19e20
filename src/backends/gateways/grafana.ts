import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Gateway, Refused, SentToken } from './gateway.ts'
import { messageOf, nothingSent, theySay, whatWasSent } from './words.ts'

const ADDRESS = /\/api\/datasources\/proxy\/(?:uid\/([\w-]+)|\d+)\/?$/

/** Grafana's data-source proxy with `[auth.jwt]` (grafana: pkg/services/authn/clients/jwt.go, datasourceproxy.go). */
export const grafana: Gateway = {
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
