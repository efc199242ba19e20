import { describe, expect, it } from 'vitest'
import { signingKeys } from '../../../src/session/documents/signing-keys.ts'
import type { SessionBody } from '../../../src/session/store/session-file.ts'
import { toldBy } from '../../told.ts'
import { answering, NOW } from './provider-documents.ts'

const ISSUER = 'https://idp.example'
const METADATA = { issuer: ISSUER, token_endpoint: `${ISSUER}/token`, jwks_uri: `${ISSUER}/keys` }
const DISCOVERY = '/.well-known/openid-configuration'
const client = { issuer: ISSUER, http: {} as never, preset: { id: 'generic' as const } }
const CACHED = { keys: ['cached'] }
const FETCHED = { keys: ['fetched'] }
const body = (jwksAge: number | undefined, metadataAge: number | undefined) =>
  ({
    ...(jwksAge !== undefined && { jwks: { value: CACHED, fetchedAt: NOW - jwksAge } }),
    ...(metadataAge !== undefined && { metadata: { value: METADATA, fetchedAt: NOW - metadataAge } }),
  }) as Partial<SessionBody>
const OLD = 25 * 3_600_000

const look = async (known: Partial<SessionBody> | undefined, skipCache?: boolean) => {
  const { asked, ports } = answering({ [DISCOVERY]: METADATA, '/keys': FETCHED })
  const found = await signingKeys(client, known, ports, skipCache)
  return [found.source, found.keys, asked.map(({ url }) => url.pathname)]
}

describe('the keys of a provider', () => {
  it('are the cached ones, which cost no request, for a day', async () => {
    expect(await look(body(0, undefined))).toEqual(['cache', CACHED, []])
    expect(await look(body(OLD, 0))).toEqual(['provider', FETCHED, ['/keys']])
  })

  it('are fetched again for a key that the cache does not have', async () => {
    expect(await look(body(0, 0), true)).toEqual(['provider', FETCHED, ['/keys']])
  })

  it.each([[undefined], [body(undefined, undefined)], [body(undefined, OLD)]])(
    'are looked for at the issuer where nothing else is known: %j',
    async (known) => {
      expect(await look(known)).toEqual(['provider', FETCHED, [DISCOVERY, '/keys']])
    },
  )

  it('are asked for as JSON, and not without end', async () => {
    const { asked, ports } = answering({ '/keys': FETCHED })
    await signingKeys(client, body(undefined, 0), ports)
    expect(asked).toEqual([
      {
        method: 'GET',
        url: new URL(METADATA.jwks_uri),
        headers: { accept: 'application/json' },
        maxBytes: 262_144,
      },
    ])
  })

  it.each<[object | string, number]>([
    [{ status: 503, body: Buffer.from('{"keys":[]}') }, 503],
    [{ keys: {} }, 200],
    [{}, 200],
    ['<html>', 200],
  ])('are not %j', async (said, status) => {
    const { ports } = answering({ '/keys': said })
    expect((await toldBy(() => signingKeys(client, body(undefined, 0), ports)))[0]).toBe(
      `provider-failed: idp.example did not answer with its signing keys (HTTP ${status})`,
    )
  })
})
