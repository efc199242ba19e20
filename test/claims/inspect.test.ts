import { CompactSign, exportJWK, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import type { OwnTokens } from '../../src/claim-grammar.ts'
import { inspectToken, verifyInspected } from '../../src/claims/inspect.ts'
import { tokenText } from './token-text.ts'

const HOW = { clientId: 'cli', claimNames: undefined, responseScope: undefined }
const FACTS = { issuer: 'https://id.acme.example', now: 1_800_000_000_000 }

describe('a token that was looked at', () => {
  it('has its claims, its kind and no verdict yet', () => {
    const token = tokenText({ alg: 'ES256', typ: 'at+jwt' }, { sub: 'ada', scope: 'openid' })
    expect(inspectToken(token, HOW)).toMatchObject({
      token,
      jwt: { header: { alg: 'ES256', typ: 'at+jwt' }, payload: { sub: 'ada', scope: 'openid' } },
      problem: undefined,
      kind: 'access',
      opaque: false,
      notForUs: false,
      identity: { subject: { value: 'ada', source: 'sub' }, scopes: { value: ['openid'], source: 'scope' } },
      signature: 'unverified',
      answer: undefined,
    })
  })

  it('says itself when it ends; of an opaque one the response does', () => {
    const how = { ...HOW, responseExpiry: 1_800_000_060 }
    expect(inspectToken('opaque', how)).toHaveProperty('responseExpiry', 1_800_000_060)
    expect(inspectToken('opaque', HOW)).not.toHaveProperty('responseExpiry')
    expect(inspectToken(tokenText({ alg: 'none' }, {}), how)).not.toHaveProperty('responseExpiry')
  })

  it('may be opaque: then nothing is known of it but the scopes it came with', () => {
    const inspected = inspectToken('opaque', { ...HOW, responseScope: 'traces:read' })
    expect(inspected).toMatchObject({
      jwt: undefined,
      problem: undefined,
      kind: 'unknown',
      opaque: true,
      notForUs: false,
      responseScope: 'traces:read',
      identity: {
        subject: { value: undefined, status: 'absent' },
        scopes: { value: ['traces:read'], source: 'token response' },
      },
    })
  })

  it('may be broken: then it is opaque, and the reason is kept', () => {
    expect(inspectToken('eyJ9.e30.c2ln', HOW)).toMatchObject({
      jwt: undefined,
      problem: { problem: 'json' },
      opaque: true,
    })
  })

  it('has the scopes of the response, unless it is an ID token', () => {
    const read = (payload: object, responseScope: string | undefined) =>
      inspectToken(tokenText({ alg: 'ES256' }, payload), { ...HOW, responseScope })
    expect(read({ aud: 'api' }, 'traces:read').responseScope).toBe('traces:read')
    expect(read({ aud: 'api' }, 'traces:read').identity.scopes.value).toEqual(['traces:read'])
    expect(read({ aud: 'api' }, undefined)).not.toHaveProperty('responseScope')
    expect(read({ aud: 'cli' }, 'traces:read')).toMatchObject({ kind: 'id' })
    expect(read({ aud: 'cli' }, 'traces:read')).not.toHaveProperty('responseScope')
    expect(read({ aud: 'cli' }, 'traces:read').identity.scopes.value).toBeUndefined()
  })

  it('is read by the names of its provider, where there are some', () => {
    const token = tokenText({ alg: 'ES256' }, { nick: 'ada', name: 'Ada L.' })
    const userName = (claimNames: Parameters<typeof inspectToken>[1]['claimNames']) =>
      inspectToken(token, { ...HOW, claimNames }).identity.userName.value
    expect(userName(undefined)).toBe('Ada L.')
    expect(userName({ userName: ['nick'] })).toBe('ada')
  })
})

describe('a token for the provider’s own API', () => {
  it.each<[string, OwnTokens | undefined, object, object, boolean]>([
    ['nothing is known of the provider', undefined, {}, { aud: 'graph' }, false],
    ['nothing fits', { audiences: ['graph'], headers: ['nonce'] }, {}, { aud: 'api' }, false],
    ['all its access tokens are', { all: true }, {}, { aud: 'api' }, true],
    ['by its audience', { audiences: ['x', 'graph'] }, {}, { aud: 'graph' }, true],
    ['by one of its audiences', { audiences: ['graph'] }, {}, { aud: ['api', 'graph'] }, true],
    ['by a header', { headers: ['x', 'nonce'] }, { nonce: 'n' }, { aud: 'api' }, true],
    ['by a header, beside audiences', { audiences: ['x'], headers: ['nonce'] }, { nonce: 'n' }, {}, true],
    ['never an ID token', { all: true }, {}, { aud: 'cli' }, false],
    ['never by a name that every object has', { headers: ['constructor'] }, {}, { aud: 'api' }, false],
    ['not where all is said to be false', { all: false } as unknown as OwnTokens, {}, { aud: 'api' }, false],
  ])('%s', (_, ownTokens, header, payload, own) => {
    const token = tokenText({ alg: 'ES256', ...header }, payload)
    expect(inspectToken(token, { ...HOW, ownTokens }).notForUs).toBe(own)
  })

  it('is one whose claims can be read: an opaque one is only opaque', () => {
    expect(inspectToken('opaque', { ...HOW, ownTokens: { all: true } }).notForUs).toBe(false)
  })

  it('is not verified: nobody else can', async () => {
    const token = inspectToken(tokenText({ alg: 'none' }, { aud: 'graph' }), {
      ...HOW,
      ownTokens: { all: true },
    })
    expect(await verifyInspected(token, {}, FACTS)).toEqual({
      ...token,
      answer: {
        verified: false,
        reason: 'opaque',
        detail: 'it is made for an API of the provider, and nobody else can check it',
      },
    })
  })
})

describe('a signature, verified', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1' }
  const signed = async (kid: string) =>
    inspectToken(
      await new CompactSign(Buffer.from('{"sub":"ada"}'))
        .setProtectedHeader({ alg: 'ES256', kid })
        .sign(privateKey),
      HOW,
    )

  it.each([
    ['k1', { verified: true, kid: 'k1', alg: 'ES256' }, 'verified'],
    ['k2', { verified: false, reason: 'unknown-key' }, 'unverified'],
  ])('by the key %s', async (kid, answer, signature) => {
    const token = await signed(kid)
    expect(await verifyInspected(token, { keys: [jwk] }, FACTS)).toMatchObject({
      token: token.token,
      jwt: token.jwt,
      answer,
      signature,
    })
  })

  it('that nobody made is bad', async () => {
    const unsigned = inspectToken(tokenText({ alg: 'none' }, {}), HOW)
    expect(await verifyInspected(unsigned, { keys: [jwk] }, FACTS)).toMatchObject({
      answer: { reason: 'algorithm' },
      signature: 'bad',
    })
  })

  it('cannot be there in an opaque token', async () => {
    const opaque = inspectToken('opaque', HOW)
    expect(await verifyInspected(opaque, { keys: [jwk] }, FACTS)).toBe(opaque)
  })
})
