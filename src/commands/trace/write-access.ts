import { answerLevels } from '../../claims/access-level.ts'
import { Failure } from '../../errors.ts'
import type { Profile } from '../../settings/profile.ts'
import { safeText } from '../../text/safe-text.ts'
import { readTokens } from '../inspected-tokens.ts'
import type { Invocation } from '../invocation.ts'

/**
 * Failure `not-allowed`, beginning with `reason`, when the profile's `access` says who may write and the token certainly
 * does not amount to it.
 */
export async function requireWrite(invocation: Invocation, profile: Profile, reason: string): Promise<void> {
  const { write } = profile.access ?? {}
  if (write === undefined) return
  const { access, id } = await readTokens(invocation, profile)
  const read = (name: 'scopes' | 'groups') =>
    [access, id].map((token) => token?.identity[name]).find((held) => held?.value !== undefined)
  const held = (name: 'scopes' | 'groups') => read(name)?.value
  const [answer] = answerLevels(read('scopes'), read('groups'), { write })
  if (answer?.amounts !== 'no') return
  throw new Failure('not-allowed', `${reason}; a snapshot needs write access, which you do not have`, {
    hint: 'Ask for write access, or read a trace by a span id: ls-auth trace get SPAN_ID',
    detail: [
      ...comparison('scopes', write.scopes, held('scopes'), ' and '),
      ...comparison('groups', write.groups, held('groups'), ' or '),
    ],
  })
}

function comparison(
  name: string,
  wanted: readonly string[] = [],
  held: readonly string[] = [],
  between: string,
): string[] {
  if (wanted.length === 0) return []
  const have = held.map((one) => safeText(one, 60)).join(', ')
  return [`required ${name}: ${wanted.join(between)}`, `held ${name}: ${have || 'none'}`]
}
