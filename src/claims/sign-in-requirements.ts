/** What an API wants of the sign-in behind a token (RFC 9470 §3, OpenID Connect Core §3.1.2.1 and §5.5). Checked. */
export interface SignInRequirements {
  /** The ways to sign in that are good, the best first; undefined: any. */
  readonly acrValues?: readonly string[]
  /** How long ago the person may have signed in, seconds. */
  readonly maxAgeSeconds?: number
  /** Claims that the tokens must have, as JSON: see {@link readClaimsRequest}. */
  readonly claims?: string
  /** Scopes that the token lacks, in the spelling of a sign-in. */
  readonly scopes?: readonly string[]
}

const MAX_CHARACTERS = 500
const MAX_VALUES = 20
/** 30 years: some providers don't read one digit more as a number of seconds. */
const MAX_AGE = /^\d{1,9}$/

/** The values of `acr_values`; undefined: not a list of printable ASCII words, or too long. */
export function readAcrValues(text: string): readonly string[] | undefined {
  if (text.length > MAX_CHARACTERS || !/^[ -~]+$/.test(text)) return undefined
  const values = [...new Set(text.split(' ').filter(Boolean))]
  return values.length > 0 && values.length <= MAX_VALUES ? values : undefined
}

/** The seconds of `max_age`; undefined: not a number from 0 to 999,999,999. */
export const readMaxAge = (text: string): number | undefined =>
  MAX_AGE.test(text) ? Number(text) : undefined

/** The parameters of an authentication request. Where nothing in particular is required, nothing. */
export const requirementParameters = ({
  acrValues,
  maxAgeSeconds,
  claims,
}: SignInRequirements): Record<string, string> => ({
  ...(acrValues && { acr_values: acrValues.join(' ') }),
  ...(maxAgeSeconds !== undefined && { max_age: String(maxAgeSeconds) }),
  ...(claims !== undefined && { claims }),
})
