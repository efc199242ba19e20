import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Gateway, Refusal, Refused } from './gateway.ts'
import { messageOf, NOTHING_SENT, whatWasSent } from './words.ts'

/** Older versions, and newer ones under `-logInvalidAuthTokens`: what follows is the token, so it is never shown. */
const REPEATS_TOKEN = /\bcannot (find the provided auth token|authorize request with auth tokens)\b/

const isSeenIn = (headers: Refused['headers']): boolean => headers['x-server-hostname'] !== undefined

/** VictoriaMetrics' vmauth (VictoriaMetrics: app/vmauth/main.go). */
export const vmauth: Gateway = {
  // The header is of every server of VictoriaMetrics (lib/httpserver), so also of VictoriaTraces alone.
  name: 'vmauth, or another server of VictoriaMetrics',
  filters: false,
  at: () => undefined,
  isSeenIn,
  explain(refused) {
    const { status, headers } = refused
    const says = messageOf(refused)
    if (status !== 400 && status !== 401) return undefined
    if (says === 'missing `Authorization` request header') return noToken(refused)
    const isUnknown = says === 'Unauthorized' && isSeenIn(headers)
    if (REPEATS_TOKEN.test(says) || isUnknown) return unknownToken(refused)
    return /\bmissing route for "/.test(says) ? { failure: noRoute(refused) } : undefined
  },
}

function unknownToken({ base, status, sent }: Refused): Refusal {
  const failure = new Failure(
    'not-allowed',
    `${safeText(base.host)} does not know the token (HTTP ${status})`,
    {
      detail: whatWasSent(sent),
      hint: 'vmauth lets a token in by its issuer, signature, times, and the claims under match_claims. Compare them: ls-auth whoami --raw. Before 1.147 it must also have the claim vm_access.',
    },
  )
  return { failure, isAboutToken: true }
}

function noToken({ base, status, sent }: Refused): Refusal {
  const hint =
    sent === undefined
      ? NOTHING_SENT
      : `It reads the token from Authorization, and yours was sent in ${safeText(sent.header, 60)}: ls-auth profile set authorization_header --unset`
  const message = `${safeText(base.host)} found no token in the request (HTTP ${status})`
  return { failure: new Failure('not-allowed', message, { hint }) }
}

const noRoute = ({ base, status, path }: Refused): Failure =>
  new Failure(
    'not-found',
    `${safeText(base.host)} has no route for ${safeText(path, 120)} (HTTP ${status})`,
    {
      hint: 'Check api in the profile, and src_paths of your user in the configuration of vmauth.',
    },
  )
