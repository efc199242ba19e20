import type { Client } from '../client.ts'
import { Failure, NetworkFailure } from '../errors.ts'
import type { Ports } from '../ports/ports.ts'
import { safeText } from '../text/safe-text.ts'
import { ProviderFailure, wasRefused } from './answers/provider-errors.ts'
import { connect } from './protocol/connection.ts'
import { grantParameters } from './protocol/grant-parameters.ts'
import type { Provider } from './protocol/provider.ts'
import type { Tokens } from './protocol/tokens.ts'
import { marginOf, secondsLeft } from './renewal/freshness.ts'
import type { Assertion, SessionBody } from './store/session-file.ts'

/**
 * A token for the API by the person's sign-in at the company (draft-ietf-oauth-identity-assertion-authz-grant). The company's
 * provider makes an assertion for the API's own server (leg 1), which makes a token of it (leg 2).
 */

/** The answer of the API's own server, and what the session keeps of it. */
export interface Redeemed {
  readonly tokens: Tokens
  readonly provider: Provider
  readonly server: NonNullable<SessionBody['server']>
}

type Kept = Pick<SessionBody, 'clientSecret' | 'server'>

/** Both legs. Failures: `not-allowed` (refused), `network`, and others of a provider; each names the host of its leg. */
export async function redeemSignIn(
  company: { readonly client: Client; readonly provider: Provider; readonly idToken: string | undefined },
  server: Client,
  kept: Kept,
  ports: Ports,
): Promise<Redeemed> {
  const { client, provider, idToken } = company
  const assertion = await atHost(client, `to assert who you are to ${hostOf(server)}`, async () => {
    if (idToken === undefined)
      throw new Failure('provider-failed', 'there is no ID token to assert who you are', {
        hint: 'Ask whoever runs it to send an ID token for this client.',
      })
    const { scope, resource } = asked(server)
    return provider.assertion({
      audience: server.issuer,
      ...(resource !== undefined && { resource }),
      ...(scope !== undefined && { scope }),
      subject_token: idToken,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    })
  })
  return redeem(server, assertion, kept, ports)
}

/** Leg 2. The assertion goes to the server that it is made for, and nowhere else. */
const redeem = (
  server: Client,
  assertion: Assertion,
  { clientSecret, server: known }: Kept,
  ports: Ports,
): Promise<Redeemed> =>
  atHost(server, 'the assertion of who you are', async () => {
    const { metadata, jwks } = known ?? {}
    const session = {
      ...(metadata && { metadata }),
      ...(jwks && { jwks }),
      ...(clientSecret && { clientSecret }),
    }
    const provider = await connect(server, session, ports)
    const { resource } = server
    const tokens = await provider.grant('urn:ietf:params:oauth:grant-type:jwt-bearer', {
      ...grantParameters(server, server.preset.scopes, server.audience),
      ...(resource !== undefined && { resource }),
      assertion: assertion.value,
    })
    const isKnown = metadata?.value === provider.metadata
    return {
      tokens,
      provider,
      server: {
        assertion,
        metadata: isKnown ? metadata : { value: provider.metadata, fetchedAt: tokens.receivedAt },
        ...(tokens.jwks && { jwks: tokens.jwks }),
      },
    }
  })

/** Leg 2 by the assertion that the session keeps. Undefined: it has ended, or the server takes it no second time. */
export async function redeemAgain(server: Client, body: Kept, ports: Ports): Promise<Redeemed | undefined> {
  const assertion = body.server?.assertion
  if (!assertion || secondsLeft(assertion, ports.clock.now()) <= marginOf(assertion.expiresIn))
    return undefined
  return redeem(server, assertion, body, ports).catch((error) => {
    if (error.cause instanceof ProviderFailure && error.cause.wire.error === 'invalid_grant') return undefined
    throw error
  })
}

const asked = ({ preset, resource, audience }: Client) => ({
  scope: preset.scopes.length > 0 ? preset.scopes.join(' ') : undefined,
  resource: resource ?? audience,
})

const hostOf = ({ issuer }: Client): string => safeText(new URL(issuer).host, 200)

async function atHost<T>(client: Client, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Failure) || error instanceof NetworkFailure) throw error
    const host = hostOf(client)
    if (!(error instanceof ProviderFailure) || !wasRefused(error)) throw error.withDetail(`at ${host}`)
    throw new Failure('not-allowed', `${host} refused ${what}`, {
      detail: error.detail,
      hint: `Ask whoever runs ${host} to allow it for client_id ${safeText(client.clientId, 200)}.`,
      cause: error,
    })
  }
}
