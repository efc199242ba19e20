import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import type { Client } from '../../../src/client.ts'
import { makeProofKey } from '../../../src/dpop/proof-key.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
import { connect, openProvider } from '../../../src/session/protocol/connection.ts'
import { toldBy } from '../../told.ts'
import { answering, NOW } from '../documents/provider-documents.ts'

const ISSUER = 'https://idp.example'
const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
}
const client = (over: object = {}) =>
  ({
    issuer: ISSUER,
    clientId: 'cli',
    preset: { ...PRESETS.generic, clientAuth: 'client_secret_post' },
    http: {},
    ...over,
  }) as unknown as Client
const TOKENS = { access_token: 'new', token_type: 'Bearer', expires_in: 600 }
const world = () => answering({ '/.well-known/openid-configuration': METADATA, '/token': TOKENS })
const secret = { value: 's3', since: 1 }
const cached = (age: number) => ({
  metadata: { value: METADATA, fetchedAt: NOW - age },
  clientSecret: secret,
})
const paths = ({ asked }: ReturnType<typeof world>) => asked.map(({ url }) => url.pathname)

it('asks for the metadata once a day, and keeps the secret of the client', async () => {
  const day = 24 * 3600 * 1000
  const { ports, ...known } = world()
  const provider = await connect(client(), cached(day - 1), ports)
  expect(known.asked).toEqual([])
  await provider.refresh('r', {})
  expect(String(known.asked[0]?.body)).toContain('client_secret=s3')
  for (const body of [cached(day), { clientSecret: secret }]) {
    const anew = world()
    expect((await connect(client(), body, anew.ports)).metadata).toMatchObject(METADATA)
    expect(paths(anew)).toEqual(['/.well-known/openid-configuration'])
  }
})

it('keys that are a day old are not used', async () => {
  const jwks = (age: number) => ({ value: { keys: [] }, fetchedAt: NOW - age })
  const { ports } = world()
  const renewed = async (age: number) =>
    (await connect(client(), { ...cached(0), jwks: jwks(age) }, ports)).refresh('r', {})
  expect(await renewed(1000)).toMatchObject({ jwks: jwks(1000) })
  expect(await renewed(25 * 3600 * 1000)).toHaveProperty('jwks', undefined)
})

it('without any session yet', async () => {
  const { ports } = world()
  expect((await toldBy(async () => (await connect(client(), undefined, ports)).refresh('r', {})))[0]).toMatch(
    /^settings: this client has a secret/,
  )
})

it('a secret that is public by design needs no session', async () => {
  const { ports, http, asked } = world()
  const known = { metadata: METADATA, skewSeconds: 0, jwks: undefined, secret: undefined }
  const provider = await openProvider(client({ publicSecret: 'p1' }), known, http, ports)
  await provider.refresh('r', {})
  expect(String(asked[0]?.body)).toContain('client_secret=p1')
})

it('a client assertion takes the place of a secret', async () => {
  const { ports, http, asked } = world()
  const known = { metadata: METADATA, skewSeconds: 0, jwks: undefined, secret: undefined }
  const provider = await openProvider(client(), { ...known, assertion: { proof: 'pr00f' } }, http, ports)
  await provider.refresh('r', {})
  expect(Object.fromEntries(new URLSearchParams(String(asked[0]?.body)))).toMatchObject({
    client_assertion: 'pr00f',
    client_id: 'cli',
  })
})

it('tokens that are bound to a key are renewed with a proof by that key, and by the clock that the session knows', async () => {
  const { ports, asked } = world()
  const body = { ...cached(0), proofKey: await makeProofKey() }
  const issuedAt = async (over: object) => {
    await (await connect(client(), { ...body, ...over }, ports)).refresh('r', {}).catch(() => {})
    const proof = new Headers(asked.pop()?.headers).get('dpop') ?? ''
    return (decodeJwt(proof).iat ?? 0) - NOW / 1000
  }
  expect(await issuedAt({})).toBe(0)
  expect(await issuedAt({ skewSeconds: 90 })).toBe(90)
})

it('a refusal is told with what the profile asks for', async () => {
  const refusal = { status: 400, body: Buffer.from('{"error":"invalid_scope"}') }
  const { ports } = answering({ '/token': refusal })
  const metadata = { value: { ...METADATA, scopes_supported: ['openid', 'x'] }, fetchedAt: NOW }
  const of = client({ preset: { ...PRESETS.generic, scopes: ['a', 'b'] } })
  const [, hint] = await toldBy(async () => (await connect(of, { metadata }, ports)).refresh('r', {}))
  expect(hint).toBe(
    'A scope is not known, or not allowed for this client: asked for were a b, and the provider lists openid x. Without a b: ls-auth login --scopes LIST',
  )
})
