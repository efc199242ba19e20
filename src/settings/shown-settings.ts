import { withoutSecret } from '../text/secrets.ts'
import type { Profile } from './profile.ts'

type Shown = Pick<Profile, 'resolved' | 'authorization' | 'throughProxy'>

/** The settings as requests respect them, and as they may be shown: the address of a local proxy without its secret. */
export const shownSettings = ({ resolved, authorization, throughProxy }: Shown): Profile['resolved'] => {
  const { value, source } = resolved.api
  return {
    ...resolved,
    api: { value: typeof value === 'string' ? withoutSecret(value) : value, source },
    authorization: {
      value: authorization,
      source: throughProxy ? 'LS_AUTH_PROXY' : resolved.authorization.source,
    },
  }
}
