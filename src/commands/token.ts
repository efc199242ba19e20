import { authorizationValue } from '../api/authorization.ts'
import { Failure } from '../errors.ts'
import { requireClient } from '../settings/profile.ts'
import type { CliCommand, Typed } from './cli-command.ts'
import { sessionToken } from './credentials.ts'
import { givenToken, globals, type Invocation, loadProfile, printJson } from './invocation.ts'
import { durationFlag } from './typed-flags.ts'

interface TokenOptions {
  readonly minTtlSeconds: number | undefined
  readonly audience: string | undefined
  /** Space separated; undefined: those of the profile. */
  readonly scopes: string | undefined
  readonly idToken: boolean
  /** As an `Authorization` header. */
  readonly header: boolean
}

/** `ls-auth token`: prints a valid token on stdout, from the cache without network, else by one refresh. */
export const token: CliCommand<TokenOptions> = { read, run }

function read({ flags }: Typed): TokenOptions {
  const { audience, scope, idToken, header } = flags
  const scopes = (scope as string[] | undefined)?.flatMap((words) => words.split(/\s+/)).filter(Boolean)
  return {
    minTtlSeconds: durationFlag(flags, 'minTtl'),
    audience: audience as string | undefined,
    scopes: scopes?.join(' '),
    idToken: idToken === true,
    header: header === true,
  }
}

async function run(invocation: Invocation, options: TokenOptions): Promise<void> {
  const { minTtlSeconds, audience, scopes, idToken } = options
  const { profile } = await loadProfile(invocation)
  const outside = givenToken(invocation)
  if (outside !== undefined) {
    if (minTtlSeconds === undefined && !idToken && audience === undefined && scopes === undefined)
      return print(invocation, options, profile.authorization, outside)
    throw new Failure('usage', 'LS_AUTH_TOKEN is set, so ls-auth can neither choose nor renew the token', {
      hint: 'Unset it, or leave out --min-ttl, --audience, --scope and --id-token.',
    })
  }
  const given = await sessionToken(invocation, requireClient(profile), {
    ...(minTtlSeconds !== undefined && { minTtlSeconds }),
    ...(audience !== undefined && { audience }),
    ...(scopes !== undefined && { scopes }),
    ...(idToken && { use: 'id' as const }),
  })
  if (globals(invocation).json) {
    return printJson(invocation, {
      token: given.value,
      token_type: 'Bearer',
      expires_in: given.secondsLeft,
      expires_at: new Date(given.expiresAt).toISOString(),
    })
  }
  await print(invocation, options, profile.authorization, given.value)
}

/** Prints the token alone, or as a header in the profile's scheme. Used for LS_AUTH_TOKEN too, so scripts run in CI. */
async function print(
  invocation: Invocation,
  { header }: TokenOptions,
  authorization: string,
  token: string,
): Promise<void> {
  const { terminal } = invocation.ports
  if (globals(invocation).json)
    return printJson(invocation, { token, token_type: 'Bearer', expires_in: null, expires_at: null })
  const scheme = authorization.toLowerCase() === 'none' ? 'bearer' : authorization
  await terminal.out(header ? `Authorization: ${authorizationValue(scheme, token)}\n` : `${token}\n`)
}
