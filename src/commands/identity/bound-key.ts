import { isObject } from '../../json-object.ts'
import type { View } from './identity-view.ts'

/** The key that the access token is bound to (RFC 9449 §6.1). */
export interface BoundKey {
  /** Undefined: the token, which is a JWT, names none. */
  readonly thumbprint: string | undefined
  /** Whether it is the key of this session; undefined: there is no session to compare with. */
  readonly isOurs: boolean | undefined
}

/** Undefined: the access token is bound to no key, or nobody but its API can read it. */
export function boundKey({ access, tokens }: View): BoundKey | undefined {
  if (!access || access.opaque) return undefined
  const confirmation = access.jwt?.payload.cnf
  const thumbprint =
    isObject(confirmation) && typeof confirmation.jkt === 'string' ? confirmation.jkt : undefined
  if (thumbprint === undefined && tokens.ownKey === undefined) return undefined
  return { thumbprint, isOurs: tokens.origin === 'session' ? thumbprint === tokens.ownKey : undefined }
}
