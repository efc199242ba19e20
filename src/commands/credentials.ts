import type { TokenSource } from '../api/request.ts'
import type { Client } from '../client.ts'
import type { AccessToken } from '../session/access.ts'
import { givenToken, type Invocation, tell, warn } from './invocation.ts'

/** A valid token of the session; prints its warning. `rejected`: see {@link accessToken}, whose Failures are thrown. */
export async function sessionToken(
  invocation: Invocation,
  client: Client,
  want: {
    minTtlSeconds?: number
    use?: 'access' | 'id'
    rejected?: string
    audience?: string
    scopes?: string
  } = {},
): Promise<AccessToken> {
  const { accessToken } = await import('../session/access.ts')
  const token = await accessToken(
    client,
    {
      use: want.use ?? client.preset.useToken,
      audience: want.audience ?? '',
      scopes: want.scopes ?? '',
      ...(want.minTtlSeconds === undefined ? {} : { minTtlSeconds: want.minTtlSeconds }),
      ...(want.rejected === undefined ? {} : { rejected: want.rejected }),
    },
    invocation.ports,
    invocation.command,
    (line) => tell(invocation, line),
  )
  if (token.warning) await warn(invocation, token.warning)
  return token
}

/** Gives the API the tokens of the session, or LS_AUTH_TOKEN, which cannot be refreshed. */
export function tokenSource(invocation: Invocation, client: () => Client): TokenSource {
  const given = givenToken(invocation)
  if (given !== undefined) return { token: async () => given, renew: async () => undefined }
  return {
    token: async () => (await sessionToken(invocation, client())).value,
    async renew(rejected) {
      const renewed = await sessionToken(invocation, client(), { rejected })
      return renewed.value === rejected ? undefined : renewed.value
    },
  }
}
