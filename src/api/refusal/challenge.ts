/** The Bearer or DPoP challenge of a 401 or 403 (RFC 6750 §3, RFC 9449 §7.1). Text is as it came, not made safe. */
export interface Challenge {
  /** The server takes tokens in this way. */
  readonly scheme: 'bearer' | 'dpop'
  readonly error: string | undefined
  readonly description: string | undefined
  readonly scope: string | undefined
  /** Step-up (RFC 9470 §3): how the person must have signed in, and how long ago at most. */
  readonly acrValues: string | undefined
  readonly maxAge: string | undefined
  /** A claims challenge: base64 of the JSON of a claims request (OpenID Connect Core §5.5). */
  readonly claims: string | undefined
  /** The name of a parameter that occurs twice, of these three. Of others the first is taken. */
  readonly repeated: string | undefined
  /** Where the API says how to sign in (RFC 9728 §5.1); not checked. */
  readonly resourceMetadata: string | undefined
}

/** The scheme of a challenge, behind the start of the header or a comma; or a parameter (RFC 9110 §11.2 and §11.6.1). */
const PART =
  /(?<=^|,)\s*([\w!#$%&'*+.^`|~-]+)(?=\s+[^\s=]|\s*(?:,|$))|(?<![\w!#$%&'*+.^`|~-])([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g
/** Of a token, bound to a key (RFC 9449 §7.1) or not. */
const SCHEME = /^(?:bearer|dpop)$/i
/** Only a new sign-in fixes these (RFC 9470 §3; the second is of claims challenges). */
const STEP_UP = /^insufficient_(?:user_authentication|claims)$/i
const OF_STEP_UP: readonly string[] = ['acr_values', 'max_age', 'claims']

/** Whether another sign-in is wanted. */
export const wantsStepUp = ({ error = '' }: Challenge): boolean => STEP_UP.test(error)

/**
 * The Bearer or DPoP challenge of a WWW-Authenticate header, also with unquoted values: one for another sign-in, else with an
 * error, else the first. A server with both schemes names the algorithms of DPoP beside the error.
 */
export function readChallenge(header: string | undefined): Challenge | undefined {
  const challenges = parametersIn(header ?? '').map(challengeOf)
  return challenges.find(wantsStepUp) ?? challenges.find(({ error }) => error !== undefined) ?? challenges[0]
}

interface Parameters {
  readonly scheme: Challenge['scheme']
  readonly pairs: readonly (readonly [name: string, value: string])[]
}

/** The parameters of each challenge. */
function parametersIn(header: string): Parameters[] {
  const found: Parameters[] = []
  let current: [string, string][] | undefined
  for (const [, scheme, name, quoted, bare] of header.matchAll(PART)) {
    if (scheme !== undefined) {
      current = SCHEME.test(scheme) ? [] : undefined
      if (current) found.push({ scheme: scheme.toLowerCase() as Challenge['scheme'], pairs: current })
    } else
      current?.push([(name as string).toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? (bare as string)])
  }
  return found
}

function challengeOf({ scheme, pairs }: Parameters): Challenge {
  const first = (name: string) => pairs.find(([one]) => one === name)?.[1]
  const names = pairs.map(([name]) => name)
  return {
    scheme,
    error: first('error'),
    description: first('error_description'),
    scope: first('scope'),
    acrValues: first('acr_values'),
    maxAge: first('max_age'),
    claims: first('claims'),
    resourceMetadata: first('resource_metadata'),
    repeated: OF_STEP_UP.find((name) => names.indexOf(name) !== names.lastIndexOf(name)),
  }
}
