import { withoutSecret } from '../text/without-secret.ts'
import type { Profile } from './profile.ts'

/** The settings as they may be shown: the address of a local proxy without its secret. */
export const shownSettings = ({ resolved }: Pick<Profile, 'resolved'>): Profile['resolved'] => {
  const { value, source } = resolved.api
  return { ...resolved, api: { value: typeof value === 'string' ? withoutSecret(value) : value, source } }
}
