import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Gateway, Refusal, Refused } from './gateway.ts'
import { messageOf, nothingSent, whatWasSent } from './words.ts'

const isSeenIn = (headers: Refused['headers']): boolean => headers['x-server-hostname'] !== undefined

/** VictoriaMetrics' vmauth (VictoriaMetrics: app/vmauth/main.go). */
export const vmauth: Gateway = {
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
