import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import { hintFor } from '../../providers/hints.ts'
import { safeText } from '../../text/safe-text.ts'
import type { SessionBody } from '../store/session-file.ts'
import type { Want } from './freshness.ts'
import { slotParameters } from './slot.ts'

/**
 * The provider gives no token for another API or other scopes: a consent or a rule of that API is missing there, or the refresh
 * token is dead and the words do not say so: the next renewal of the session's own token finds that out.
 */
export function slotRefusal(client: Client, want: Want, body: SessionBody, { detail }: Failure): Failure {
  const { scope = '' } = slotParameters(client, want, body)
  const { issuer, clientId, preset } = client
  // By the words alone: the hints for a code are for one's own sign-in, and want it anew.
  const error = { description: detail.join(' '), where: 'token' } as const
  const hint = hintFor(preset.id, error, {
    issuer,
    client: clientId,
    scopes: scope.split(' ').filter(Boolean),
  })
  return new Failure('not-allowed', `the provider refused a token ${namesOf(want)}; the sign-in is kept`, {
    detail,
    hint: hint ?? PERHAPS_ENDED,
  })
}

const namesOf = ({ audience, scopes }: Want): string =>
  audience === '' ? `with the scope ${safeText(scopes, 200)}` : `for ${safeText(audience, 200)}`

const PERHAPS_ENDED =
  'It may be that API, or the sign-in: where ls-auth token alone is refused, too, sign in again (ls-auth login)'
