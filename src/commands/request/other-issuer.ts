import { isIssuerOf } from '../../claims/issuer.ts'
import type { PartialClient } from '../../client.ts'
import { hintFor } from '../../providers/hints.ts'
import { inspectOwn } from '../../session/verification.ts'

/**
 * What to do about a token whose issuer is another than that of the profile: an API that trusts the latter refuses it.
 * Undefined: it is the same, it is not known, or the token is for the provider's own API.
 */
export function otherIssuerHint(token: string, client: PartialClient): string | undefined {
  const { issuer, preset } = client
  const { jwt, notForUs } = inspectOwn(client, token, undefined)
  const { payload } = jwt ?? {}
  if (issuer === undefined || typeof payload?.iss !== 'string' || notForUs) return undefined
  if (isIssuerOf(payload, issuer, preset)) return undefined
  return hintFor(preset.id, { where: 'token', error: 'other-issuer', description: payload.iss }, { issuer })
}
