import { decodeJwt, decodeProtectedHeader, generateKeyPair } from 'jose'
import { expect, it } from 'vitest'
import type { Preset } from '../../../src/providers/preset.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
import { authentication } from '../../../src/session/protocol/client-auth.ts'
import type { ClientAssertion, ProviderOptions } from '../../../src/session/protocol/exchange.ts'

const METADATA = { issuer: 'https://id.example', token_endpoint: 'https://id.example/token' }

/** The form of a request to the token endpoint, with this assertion. */
async function sent(assertion: ClientAssertion, preset: Partial<Preset> = {}) {
  const body = new URLSearchParams()
  const options = { preset: { ...PRESETS.generic, ...preset }, assertion, metadata: METADATA }
  const client = authentication(options as unknown as ProviderOptions)
  await client(METADATA as never, { client_id: 'cli' } as never, body, new Headers())
  return Object.fromEntries(body)
}

it('a workload shows the JWT that it was given, as it is', async () => {
  expect(await sent({ proof: 'a.b.c' })).toEqual({
    client_id: 'cli',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: 'a.b.c',
  })
})

it.each<[string | undefined, Partial<Preset>, string]>([
  ['our-key', {}, METADATA.issuer],
  [undefined, { assertionAudience: 'token-endpoint' }, METADATA.token_endpoint],
])('a client signs one with its key, whose id is %s: %j', async (kid, preset, aud) => {
  const { privateKey } = await generateKeyPair('ES256')
  const { client_id, client_assertion = '' } = await sent({ key: privateKey, kid }, preset)
  expect(client_id).toBe('cli')
  expect(decodeJwt(client_assertion)).toMatchObject({ iss: 'cli', sub: 'cli', aud })
  expect(decodeProtectedHeader(client_assertion).kid).toBe(kid)
})
