import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { compactVerify, decodeJwt, decodeProtectedHeader, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Held, Shot } from '../../src/attacks/attack.ts'
import { ATTACKS, withLaterEnd } from '../../src/attacks/table.ts'
import { isReadable, readJwt } from '../../src/claims/jwt/jwt.ts'

/** Each forged token is wrong in one thing alone; a verifier without that check would take it. */

const curve = { namedCurve: 'P-256' } as const
const provider = generateKeyPairSync('ec', curve)
const ours = generateKeyPairSync('ec', curve)
const pem = provider.publicKey.export({ type: 'spki', format: 'pem' }).toString()
let held: Held
beforeAll(async () => {
  const token = await new SignJWT({ sub: 'alice', scope: 'traces:read', nested: { text: 'ä' } })
    .setProtectedHeader({ alg: 'ES256', kid: 'theirs', typ: 'at+jwt' })
    .setExpirationTime('1h')
    .sign(provider.privateKey)
  const jwt = readJwt(token)
  held = {
    token,
    jwt: isReadable(jwt) ? jwt : undefined,
    publicKey: [{ form: 'PEM', secret: Buffer.from(pem) }],
    newKey: {
      privateKey: ours.privateKey,
      jwk: { ...ours.publicKey.export({ format: 'jwk' }), kid: 'ours', alg: 'ES256' },
    },
    idToken: { token: 'id' },
    expired: { missing: 'none' },
    otherAudience: { missing: 'none' },
    mayWrite: undefined,
    base: '',
    read: '/read',
    write: { method: 'POST', path: '/write', body: 'no JSON' },
  }
})

async function shots(id: string, change: Partial<Held> = {}): Promise<readonly Shot[] | string> {
  const attack = ATTACKS.find((one) => one.id === id)
  return attack?.make({ ...held, ...change }) ?? 'no such attack'
}

async function forged(id: string): Promise<string> {
  const [shot] = (await shots(id)) as Shot[]
  return shot?.token ?? ''
}

const parts = (token: string) => token.split('.')

describe('a forged token', () => {
  it.each([
    'alg-none',
    'empty-signature',
    'public-key-as-secret',
    'new-key',
    'new-key-real-kid',
    'new-key-in-header',
    'flipped-bit',
  ])('%s: has the claims to the byte, and the provider has not signed it', async (id) => {
    const token = await forged(id)
    expect(parts(token)[1]).toBe(parts(held.token)[1])
    expect(decodeProtectedHeader(token).typ).toBe('at+jwt')
    await expect(compactVerify(token, provider.publicKey)).rejects.toThrow()
  })

  it('alg: none has no signature', async () => {
    const token = await forged('alg-none')
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'none', kid: 'theirs', typ: 'at+jwt' })
    expect(parts(token)[2]).toBe('')
  })

  it('alg: none in other letters, and with what is no signature', async () => {
    const tokens = ((await shots('alg-none')) as Shot[]).map(({ token = '' }) => token)
    expect(tokens.map((token) => [decodeProtectedHeader(token).alg, parts(token)[2] !== ''])).toEqual([
      ['none', false],
      ['None', false],
      ['nOnE', false],
      ['none', true],
    ])
    for (const token of tokens) expect(parts(token)[1]).toBe(parts(held.token)[1])
  })

  it('an empty signature: under the real header', async () => {
    expect(parts(await forged('empty-signature'))).toEqual([...parts(held.token).slice(0, 2), ''])
  })

  it('HS256: whoever takes the public key for a secret finds it good', async () => {
    await compactVerify(await forged('public-key-as-secret'), Buffer.from(pem))
  })

  it('the new key: under its own kid, under the real one, and in the header', async () => {
    const tokens = await Promise.all(['new-key', 'new-key-real-kid', 'new-key-in-header'].map(forged))
    for (const token of tokens) await compactVerify(token, ours.publicKey)
    const headers = tokens.map((token) => decodeProtectedHeader(token))
    expect(headers.map(({ kid }) => kid)).toEqual(['ours', 'theirs', 'ours'])
    const [, , { jwk } = {}] = headers
    await compactVerify(tokens[2] ?? '', createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }))
    expect(JSON.stringify(headers)).not.toContain('"d":')
  })

  it('one bit: the last of the signature, and nothing else', async () => {
    const [before, after] = [held.token, await forged('flipped-bit')].map((token) =>
      Buffer.from(parts(token)[2] ?? '', 'base64url'),
    ) as [Buffer, Buffer]
    expect(after.length).toBe(before.length)
    expect(after.subarray(0, -1).equals(before.subarray(0, -1))).toBe(true)
    expect((after.at(-1) ?? 0) ^ (before.at(-1) ?? 0)).toBe(1)
  })

  it('changed claims: a minute longer, under the same signature', async () => {
    const token = await forged('other-payload')
    const { exp, ...rest } = decodeJwt(token)
    const { exp: before, ...same } = decodeJwt(held.token)
    expect(exp).toBe((before ?? 0) + 60)
    expect(rest).toEqual(same)
    expect([parts(token)[0], parts(token)[2]]).toEqual([parts(held.token)[0], parts(held.token)[2]])
  })
})

it.each([
  [1_000, 1_060],
  [undefined, 4_102_444_800],
  ['soon', 4_102_444_800],
])('changed claims: an end of %s becomes %s', (exp, later) => {
  const jwt = { ...(held.jwt as NonNullable<Held['jwt']>), payload: { exp } as object as { exp: number } }
  expect(decodeJwt(withLaterEnd(held.token, jwt)).exp).toBe(later)
})

describe('the requests of an attack', () => {
  it('that forges nothing', async () => {
    const { token } = held
    expect(await shots('no-token')).toEqual([{ token: undefined }])
    expect(await shots('not-a-jwt')).toEqual([{ token: 'this-is-no-token' }])
    expect(await shots('id-token')).toEqual([{ token: 'id' }])
    expect(await shots('expired', { expired: { token: 'old' } })).toEqual([{ token: 'old' }])
    expect(await shots('other-audience', { otherAudience: { token: 'other' } })).toEqual([{ token: 'other' }])
    expect(await shots('write')).toStrictEqual([{ token, method: 'POST', path: '/write', body: 'no JSON' }])
    expect(await shots('write', { write: { method: 'POST', path: '/w' } })).toStrictEqual([
      { token, method: 'POST', path: '/w' },
    ])
  })

  it('that comes without a token', async () => {
    const at = async (id: string) => (await shots(id, { read: '/api/v2/Tags' })) as Shot[]
    expect(await at('head-no-token')).toEqual([{ token: undefined, method: 'HEAD' }])
    expect(await at('doubled-slash')).toEqual([{ token: undefined, path: '//api/v2/Tags' }])
    expect(await at('encoded-letter')).toEqual([{ token: undefined, path: '/%61pi/v2/Tags' }])
    expect(await at('other-case')).toEqual([{ token: undefined, path: '/API/v2/Tags' }])
  })

  it('that comes without a token, to an API at a path: each part of the path is spelled', async () => {
    const at = async (id: string) => (await shots(id, { base: '/tempo/v1', read: '/api/Tags' })) as Shot[]
    const [token, ofBase, ofRead] = [undefined, 'in the path of api', 'behind the path of api']
    expect(await at('doubled-slash')).toEqual([
      { form: ofBase, token, base: '//tempo/v1' },
      { form: ofRead, token, path: '//api/Tags' },
    ])
    expect(await at('encoded-letter')).toEqual([
      { form: ofBase, token, base: '/%74empo/v1' },
      { form: ofRead, token, path: '/%61pi/Tags' },
    ])
    expect(await at('other-case')).toEqual([
      { form: ofBase, token, base: '/TEMPO/v1' },
      { form: ofRead, token, path: '/API/Tags' },
    ])
  })

  it.each([
    [{ sub: 'alice' }, 'alice'],
    [{ sub: '1', email: 'a@b.example' }, 'a@b.example'],
    [{ sub: '1', preferred_username: 'al' }, 'al'],
    [{ sub: 'ä', email: 'two words' }, 'ls-auth-doctor'],
    [{ sub: 'x'.repeat(201), email: 1 }, 'ls-auth-doctor'],
    [undefined, 'ls-auth-doctor'],
  ])('identity headers name the person: %j as %s', async (payload, value) => {
    const jwt = payload && ({ ...held.jwt, payload } as unknown as NonNullable<Held['jwt']>)
    expect(await shots('identity-headers', { jwt })).toEqual([
      {
        token: undefined,
        headers: {
          'X-Forwarded-User': value,
          'X-Auth-Request-User': value,
          'X-Remote-User': value,
          'Remote-User': value,
          'X-Forwarded-Email': value,
        },
      },
    ])
  })

  it('that names another method: in each way that servers know', async () => {
    const { token } = held
    expect(await shots('method-override')).toEqual([
      ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'].map((name) => ({
        form: name,
        token,
        headers: { [name]: 'PUT' },
      })),
      { form: '_method', token, query: '_method=PUT' },
    ])
  })
})

describe('the table', () => {
  it('has the ids that scripts know, and names for people', () => {
    expect(Object.fromEntries(ATTACKS.map(({ id, name }) => [id, name]))).toEqual({
      'no-token': 'no token',
      'not-a-jwt': 'not a JWT',
      'head-no-token': 'HEAD, no token',
      'doubled-slash': '//path, no token',
      'encoded-letter': 'encoded path, no token',
      'other-case': 'PATH, no token',
      'identity-headers': 'identity headers, no token',
      'alg-none': 'alg: none',
      'empty-signature': 'an empty signature',
      'public-key-as-secret': 'HS256 with the public key',
      'new-key': 'signed by a new key',
      'new-key-real-kid': 'new key, real kid',
      'new-key-in-header': 'new key in the jwk header',
      'flipped-bit': 'signature, one bit flipped',
      'other-payload': 'changed claims',
      'id-token': 'the ID token',
      expired: 'an expired token',
      'other-audience': 'for another audience',
      write: 'a write, token for reading',
      'method-override': 'method override',
    })
  })

  it('has ids and names of its own, and a remedy each', () => {
    expect(new Set(ATTACKS.map(({ id }) => id)).size).toBe(ATTACKS.length)
    expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length)
    for (const { name, remedy } of ATTACKS) {
      expect(name.length).toBeLessThanOrEqual(26)
      expect(remedy).toMatch(/^[A-Z].*\.$/)
    }
  })

  it('never puts a token into an address', async () => {
    for (const { id } of ATTACKS) {
      const made = await shots(id)
      for (const { path = '', query = '' } of typeof made === 'string' ? [] : made)
        expect(path + query).not.toContain(held.token.slice(0, 10))
    }
  })

  it('says why an attack cannot be tried', async () => {
    expect(await shots('alg-none', { jwt: undefined })).toMatch(/opaque/)
    expect(await shots('public-key-as-secret', { publicKey: 'no key' })).toBe('no key')
    expect(await shots('expired')).toBe('none')
    expect(await shots('write', { mayWrite: 'you may' })).toBe('you may')
  })
})
