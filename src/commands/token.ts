import { authorizationValue } from '../api/authorization.ts'
import { Failure } from '../errors.ts'
import { type Profile, requireClient } from '../settings/profile.ts'
import { maskInCiLog } from './ci-log.ts'
import type { CliCommand, Typed } from './cli-command.ts'
import { sessionToken } from './credentials.ts'
import { givenToken, globals, type Invocation, loadProfile, printJson } from './invocation.ts'
import { requireReason } from './require-reason.ts'
import { readTokenWish, type TokenWish } from './token-wish.ts'

interface TokenOptions {
  readonly wish: TokenWish
  readonly idToken: boolean
  /** As an `Authorization` header. */
  readonly header: boolean
}

/** `ls-auth token`: prints a valid token on stdout, from the cache without network, else by one refresh. */
export const token: CliCommand<TokenOptions> = { read, run }

function read({ flags }: Typed): TokenOptions {
  return { wish: readTokenWish(flags), idToken: flags.idToken === true, header: flags.header === true }
}

async function run(invocation: Invocation, options: TokenOptions): Promise<void> {
  const { wish, idToken } = options
  const { profile } = await loadProfile(invocation)
  requireReason(profile.client)
  const outside = givenToken(invocation)
  if (outside !== undefined) {
    if (Object.keys(wish).length === 0 && !idToken) {
      await print(invocation, options, profile.authorization, outside)
      return recordHandOut(invocation, profile, outside)
    }
    throw new Failure('usage', 'LS_AUTH_TOKEN is set, so ls-auth can neither choose nor renew the token', {
      hint: 'Unset it, or leave out --min-ttl, --audience, --scope and --id-token.',
    })
  }
  const given = await sessionToken(invocation, requireClient(profile), {
    ...wish,
    ...(idToken && { use: 'id' as const }),
  })
  maskInCiLog(invocation, given.value)
  if (globals(invocation).json) {
    await printJson(invocation, {
      token: given.value,
      token_type: 'Bearer',
      expires_in: given.secondsLeft,
      expires_at: new Date(given.expiresAt).toISOString(),
    })
  } else await print(invocation, options, profile.authorization, given.value)
  await recordHandOut(invocation, profile, given.value, given.body.idToken)
}

/** Behind the print and loaded behind it, since who waits for the token does not wait for the record. */
async function recordHandOut(
  invocation: Invocation,
  { client }: Profile,
  token: string,
  idToken?: string,
): Promise<void> {
  const { openRecorder } = await import('./recorder.ts')
  const recorder = openRecorder(invocation, client)
  recorder.signedInBy(idToken)
  await recorder.note('hand-out', token)
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
