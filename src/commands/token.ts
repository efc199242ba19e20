import { authorizationValue } from '../api/authorization.ts'
import { Failure } from '../errors.ts'
import { parseDuration } from '../settings/duration.ts'
import { sessionToken } from './credentials.ts'
import { clientOf, givenToken, globals, type Invocation, loadProfile, printJson } from './invocation.ts'

/** `ls-auth token`: a valid token on stdout and nothing else; from the cache without network, else by one refresh. */
export async function token(invocation: Invocation): Promise<void> {
  const { settings, profile } = await loadProfile(invocation)
  const { minTtl, idToken, audience, scope } = invocation.options
  const scopes = (scope as string[] | undefined)?.flatMap((words) => words.split(/\s+/)).filter(Boolean)
  const outside = givenToken(invocation)
  if (outside !== undefined) {
    if (!minTtl && !idToken && !audience && !scope) return print(invocation, profile.authorization, outside)
    throw new Failure('usage', 'LS_AUTH_TOKEN is set, so ls-auth can neither choose nor renew the token', {
      hint: 'Unset it, or leave out --min-ttl, --audience, --scope and --id-token.',
    })
  }
  const given = await sessionToken(invocation, clientOf(profile, settings), {
    ...(typeof minTtl === 'string' ? { minTtlSeconds: parseDuration(minTtl, '--min-ttl') } : {}),
    ...(typeof audience === 'string' ? { audience: audience as string } : {}),
    ...(scopes === undefined ? {} : { scopes: scopes.join(' ') }),
    ...(idToken === true ? { use: 'id' as const } : {}),
  })
  if (globals(invocation).json) {
    return printJson(invocation, {
      token: given.token,
      token_type: 'Bearer',
      expires_in: given.secondsLeft,
      expires_at: new Date(given.expiresAt).toISOString(),
    })
  }
  await print(invocation, profile.authorization, given.token)
}

/** The token alone, or as a header in the profile's scheme. LS_AUTH_TOKEN passes through, so that scripts run in CI too. */
async function print(invocation: Invocation, authorization: string, token: string): Promise<void> {
  const { terminal } = invocation.ports
  if (globals(invocation).json)
    return printJson(invocation, { token, token_type: 'Bearer', expires_in: null, expires_at: null })
  const scheme = authorization.toLowerCase() === 'none' ? 'bearer' : authorization
  await terminal.out(
    invocation.options.header === true
      ? `Authorization: ${authorizationValue(scheme, token)}\n`
      : `${token}\n`,
  )
}
