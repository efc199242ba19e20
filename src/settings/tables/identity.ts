import { Failure } from '../../errors.ts'
import { didYouMean } from '../../text/near-name.ts'
import { safeText } from '../../text/safe-text.ts'
import { placeIn, typeAgain } from '../setting-key.ts'
import { checkIssuer } from '../urls.ts'

/** Every key of `[profiles.NAME.identity]`. */
export const IDENTITY_KEYS = ['issuer', 'client_id'] as const

type Given = { readonly [key in (typeof IDENTITY_KEYS)[number]]?: string }
type Table = Readonly<Record<string, unknown>>

/**
 * `[profiles.NAME.identity]`: the company's provider, where the person signs in, and the client there. Failure `settings`; its reason
 * is `incomplete-workload` where a key is missing.
 */
export function readIdentity(
  table: Table | undefined,
  file: string,
  profile: string,
): { readonly issuer: string; readonly clientId: string } | undefined {
  if (table === undefined) return undefined
  const { issuer, client_id: clientId } = givenIdentity(table, file)
  if (issuer !== undefined && clientId !== undefined) return { issuer, clientId }
  const [key, value] = issuer === undefined ? ['identity.issuer', 'URL'] : ['identity.client_id', 'ID']
  throw new Failure('settings', `${file}: ${key} is not set`, {
    hint: `Set it: ls-auth profile set ${key} ${value} --profile ${safeText(profile, 60)}`,
    reason: 'incomplete-workload',
  })
}

/** Each value by itself. `file` undefined: they are typed. Failure `settings`. */
export function givenIdentity(table: Table, file: string | undefined): Given {
  for (const [key, value] of Object.entries(table)) {
    const where = placeIn(file, `identity.${safeText(key, 60)}`)
    if (!(IDENTITY_KEYS as readonly string[]).includes(key))
      throw new Failure('settings', `${where} is not known`, {
        hint: `${didYouMean(key, IDENTITY_KEYS)}Known there: ${IDENTITY_KEYS.join(', ')}.`,
      })
    if (typeof value !== 'string' || value === '')
      throw new Failure('settings', `${where} must be a string`, {
        hint: file === undefined ? typeAgain(`identity.${key}`) : 'Correct it there, or remove it.',
      })
  }
  const { issuer, ...rest } = table as Given
  return { ...rest, ...(issuer !== undefined && { issuer: checkIssuer(issuer) }) }
}
