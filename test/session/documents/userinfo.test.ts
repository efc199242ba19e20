import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Client } from '../../../src/client.ts'
import { makeProofKey } from '../../../src/dpop/proof-key.ts'
import { Failure } from '../../../src/errors.ts'
import { askUserinfo } from '../../../src/session/documents/userinfo.ts'
import { answering, NOW } from './provider-documents.ts'

const client = { issuer: 'https://idp.example/t', http: {} } as unknown as Client
const METADATA = {
  token_endpoint: 'https://login.example/token',
  userinfo_endpoint: 'https://idp.example/me',
}
const CLAIMS = { sub: 'u-1', email: 'ada@acme.example' }

async function look(
  said: object | string | Error,
  { metadata = METADATA as object | null, subject = 'u-1' as unknown } = {},
) {
  const { asked, ports } = answering({ '/me': said })
  const cached = metadata && { metadata: { value: metadata as Record<string, unknown>, fetchedAt: NOW } }
  return { asked, claims: await askUserinfo(client, cached ?? {}, 'the-token', subject, ports) }
}

describe('what a provider tells about a person', () => {
  it('is asked for with the token, for five seconds at most', async () => {
    const { asked, claims } = await look(CLAIMS)
    expect(claims).toEqual(CLAIMS)
    expect(asked).toEqual([
      {
        method: 'GET',
        url: new URL('https://idp.example/me'),
        headers: { accept: 'application/json', authorization: 'Bearer the-token' },
        maxBytes: 262_144,
        timeoutMilliseconds: 5_000,
      },
    ])
  })

  it('is asked for with a proof for this request where the token is bound to a key (RFC 9449 §4.2)', async () => {
    const { asked, ports } = answering({ '/me': CLAIMS })
    const session = { metadata: { value: METADATA as never, fetchedAt: NOW }, proofKey: await makeProofKey() }
    expect(await askUserinfo(client, session, 'the-token', 'u-1', ports)).toEqual(CLAIMS)
    const { authorization, dpop = '' } = asked[0]?.headers ?? {}
    expect(authorization).toBe('DPoP the-token')
    expect(decodeJwt(dpop)).toMatchObject({ htm: 'GET', htu: 'https://idp.example/me' })
  })

  it('has no subject to compare with where no ID token came', async () => {
    expect((await look(CLAIMS, { subject: null })).claims).toBeUndefined()
    const { ports } = answering({ '/me': CLAIMS })
    const cached = { metadata: { value: METADATA as never, fetchedAt: NOW } }
    expect(await askUserinfo(client, cached, 'the-token', undefined, ports)).toEqual(CLAIMS)
  })

  it('may be at the origin of the token endpoint', async () => {
    const metadata = { ...METADATA, userinfo_endpoint: 'https://login.example/me' }
    expect((await look(CLAIMS, { metadata })).claims).toEqual(CLAIMS)
  })

  it.each<[string, { metadata?: object | null; subject?: unknown }]>([
    ['at any other origin', { metadata: { ...METADATA, userinfo_endpoint: 'https://evil.example/me' } }],
    ['at another port', { metadata: { ...METADATA, userinfo_endpoint: 'https://idp.example:444/me' } }],
    ['where it has no endpoint', { metadata: { token_endpoint: 'https://idp.example/token' } }],
    ['where nothing is known of it', { metadata: null }],
    [
      'where its token endpoint is none',
      { metadata: { userinfo_endpoint: 'https://x.example/me', token_endpoint: 7 } },
    ],
  ])('is not asked for %s: the token goes nowhere', async (_, about) => {
    const { asked, claims } = await look(CLAIMS, about)
    expect([asked, claims]).toEqual([[], undefined])
  })

  it.each<[string, object | string | Error]>([
    ['of another subject', { ...CLAIMS, sub: 'u-2' }],
    ['of no subject', { email: 'x' }],
    ['that is no JSON', 'x'],
    ['with another status', { status: 401, body: Buffer.from(JSON.stringify(CLAIMS)) }],
    ['that does not come', new Failure('network', 'no answer')],
  ])('is nothing after an answer %s', async (_, said) => {
    expect((await look(said)).claims).toBeUndefined()
  })

  it('a mistake of our own is not taken for an answer that does not come', async () => {
    await expect(look(new TypeError('ours'))).rejects.toThrow('ours')
  })
})
