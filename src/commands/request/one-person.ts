import { payloadOf } from '../../claims/jwt/jwt.ts'
import { Failure } from '../../errors.ts'
import type { ValidToken } from './credentials.ts'

/** Who a token is for, as far as it is known. */
interface Holder {
  /** Of one sign-in. */
  readonly sid: string | undefined
  /** Issuer and subject of the ID token. */
  readonly person: string | undefined
}

/**
 * Holds the tokens of a process that lives on to the person of the first one: somebody else may sign in meanwhile, and whoever
 * uses the process has not asked to be them. Gives the function that throws Failure `session-ended` for a token of another person.
 */
export function onePerson(): (token: Pick<ValidToken, 'body' | 'session'>) => void {
  let first: Holder | undefined
  return ({ body, session }) => {
    // A workload keeps no session, and is who it is.
    if (session === undefined) return
    const holder = { sid: session.header.sid, person: personOf(body.idToken) }
    first ??= holder
    const isSame = holder.sid === first.sid || (holder.person !== undefined && holder.person === first.person)
    if (isSame) return
    throw new Failure('session-ended', 'somebody else has signed in since this began', {
      hint: 'Start it again to go on as who is signed in now.',
    })
  }
}

function personOf(idToken: string | undefined): string | undefined {
  const claims = payloadOf(idToken)
  return claims && JSON.stringify([claims.iss, claims.sub])
}
