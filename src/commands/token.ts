import { authorizationValue } from '../api/authorization.ts'
import { parseDuration } from '../settings/duration.ts'
import { sessionToken } from './credentials.ts'
import { clientOf, globals, type Invocation, loadProfile, printJson } from './invocation.ts'

/** `ls-auth token`: a valid token on stdout and nothing else; from the cache without network, else by one refresh. */
export async function token(invocation: Invocation): Promise<void> {
  const { settings, profile } = await loadProfile(invocation)
  const { minTtl, header, idToken, audience, scope } = invocation.options
  const scopes = (scope as string[] | undefined)?.flatMap((words) => words.split(/\s+/)).filter(Boolean)
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
  const scheme = profile.authorization.toLowerCase() === 'none' ? 'bearer' : profile.authorization
  const line = header === true ? `Authorization: ${authorizationValue(scheme, given.token)}` : given.token
  await invocation.ports.terminal.out(`${line}\n`)
}
