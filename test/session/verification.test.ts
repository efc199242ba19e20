import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Inspected } from '../../src/claims/inspect.ts'
import type { HttpSettings } from '../../src/ports/http.ts'
import type { Ports } from '../../src/ports/ports.ts'
import { presetFor } from '../../src/providers/detect.ts'
import {
  hasUnknownKey,
  inspectOwn,
  issuerOf,
  type TrustedIssuer,
  type VerifyOptions,
  verify,
} from '../../src/session/verification.ts'
import { tokenText } from '../claims/token-text.ts'

const NOW = 1_800_000_000_000
const ISSUER = 'https://id.acme.example'
const METADATA = { issuer: ISSUER, token_endpoint: `${ISSUER}/token`, jwks_uri: `${ISSUER}/keys` }
const HTTP = { timeoutMilliseconds: 5_000 } as HttpSettings

let ours: { privateKey: CryptoKey; jwk: JWK }
let theirs: typeof ours
beforeAll(async () => {
  const pair = async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    return { privateKey, jwk: await exportJWK(publicKey) }
  }
  ;[ours, theirs] = [await pair(), await pair()]
})

const signed = async (
  payload: Record<string, unknown> = { iss: ISSUER },
  kid = 'k1',
  { privateKey } = ours,
): Promise<Inspected> =>
  inspect(
    await new CompactSign(Buffer.from(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(privateKey),
  )
const inspect = (token: string) =>
  inspectOwn({ clientId: 'cli', preset: presetFor(ISSUER) }, token, undefined)

/** A machine whose network answers from this table; what was asked is kept in `asked`. */
function machine(answers: Record<string, unknown>) {
  const asked: string[] = []
  const ports = {
    clock: { now: () => NOW, sleep: async () => {} },
    http: async (settings: HttpSettings) => ({
      async send({ url }: { url: URL }) {
        expect(settings).toBe(HTTP)
        asked.push(url.href)
        const found = answers[url.href]
        if (found instanceof Error) throw found
        return { status: found ? 200 : 404, headers: {}, body: Buffer.from(JSON.stringify(found ?? '')) }
      },
    }),
  } as unknown as Ports
  return { ports, asked }
}
const KEYS = `${ISSUER}/keys`
const keys = (...list: JWK[]) => ({ keys: list })
const cached = <T>(value: T) => ({ value, fetchedAt: NOW - 1_000 })

const trust = (over: Partial<TrustedIssuer> = {}): TrustedIssuer => ({
  issuer: ISSUER,
  preset: presetFor(ISSUER),
  http: HTTP,
  cached: { metadata: cached(METADATA) },
  ...over,
})
const how = (trusted: TrustedIssuer[], over: Partial<VerifyOptions> = {}): VerifyOptions => ({
  trusted,
  skewSeconds: 0,
  ...over,
})

describe('the keys', () => {
  it.each([
    ['an id that the cache does not know', 'k2', () => theirs.jwk],
    ['a signature that the cached key of that id did not make', 'k1', () => theirs.jwk],
  ])('are fetched once more for %s', async (_, cachedKid, jwk) => {
    const { ports, asked } = machine({ [KEYS]: keys({ ...ours.jwk, kid: 'k1' }) })
    const jwks = cached(keys({ ...jwk(), kid: cachedKid }))
    const one = trust({ cached: { metadata: cached(METADATA), jwks } })
    expect((await verify(await signed(), how([one]), ports)).signature).toBe('verified')
    expect(asked).toEqual([KEYS])
  })

  it.each<[string, string, boolean]>([
    ['k1', 'a key that is shown', false],
    ['k2', 'one that is not', true],
  ])('%s is %s', async (kid, _, isUnknown) => {
    const { ports } = machine({ [KEYS]: keys({ ...ours.jwk, kid: 'k1' }) })
    const token = await signed({ iss: ISSUER }, kid)
    expect(hasUnknownKey(await verify(token, how([trust()]), ports))).toBe(isUnknown)
    expect(hasUnknownKey(token)).toBe(false)
  })
})

describe('whose keys', () => {
  const OTHER = 'https://other.example'
  const known = (issuer: string, jwk: JWK, over: Partial<TrustedIssuer> = {}) =>
    trust({ issuer, cached: { jwks: cached(keys({ ...jwk, kid: 'k1' })) }, ...over })

  it('those of the trusted issuer that the token names', async () => {
    const both = [known(OTHER, theirs.jwk, { sentToken: true }), known(ISSUER, ours.jwk)]
    expect((await verify(await signed(), how(both), machine({}).ports)).signature).toBe('verified')
  })

  it('those of the sender, where the token names nobody that is trusted', async () => {
    const both = [known(OTHER, theirs.jwk), known(ISSUER, ours.jwk, { sentToken: true })]
    for (const payload of [{}, { iss: 'https://old.acme.example' }]) {
      expect((await verify(await signed(payload), how(both), machine({}).ports)).signature).toBe('verified')
    }
  })

  it.each<[string, Record<string, unknown>, string, 'verified' | 'unverified']>([
    ['named by its alias', { iss: 'acme' }, 'acme', 'verified'],
    ['named by its alias, key of the other spelling', { iss: 'acme' }, ISSUER, 'unverified'],
    ['sent without a name', {}, ISSUER, 'verified'],
    ['sent without a name, key of another issuer', {}, OTHER, 'unverified'],
  ])('a key that is marked with an issuer signs for that one: %s', async (_, payload, marked, signature) => {
    const preset = { ...presetFor(ISSUER), issuerAliases: ['acme'] }
    const jwk = { ...ours.jwk, issuer: marked } as JWK
    const { ports } = machine({ [KEYS]: keys({ ...jwk, kid: 'k1' }) })
    const one = trust({ preset, cached: { metadata: cached(METADATA) }, sentToken: true })
    expect((await verify(await signed(payload), how([one]), ports)).signature).toBe(signature)
  })

  it.each<[string, Partial<TrustedIssuer>[]]>([
    ['of nobody, where nobody is trusted', []],
    ['of nobody, where another is trusted that did not send it', [{ issuer: OTHER }]],
  ])('%s: no request, and nothing is known', async (_, trusted) => {
    const { ports, asked } = machine({})
    const token = await signed()
    expect(await verify(token, how(trusted.map(trust)), ports)).toBe(token)
    expect(asked).toEqual([])
  })
})

describe('without a request', () => {
  it.each<[string, Partial<VerifyOptions>, Partial<Inspected>]>([
    ['offline', { offline: true }, {}],
    ['a token for the provider’s own API', {}, { notForUs: true }],
  ])('%s: a good token stays unverified', async (_, options, over) => {
    const { ports, asked } = machine({})
    const token = { ...(await signed()), ...over }
    expect((await verify(token, how([trust()], options), ports)).signature).toBe('unverified')
    expect(asked).toEqual([])
  })

  it('a token without a signature is bad all the same', async () => {
    const unsigned = inspect(tokenText({ alg: 'none' }, {}))
    const { ports } = machine({})
    expect(await verify(unsigned, how([], { offline: true }), ports)).toMatchObject({
      signature: 'bad',
      answer: { verified: false, reason: 'algorithm' },
    })
  })
})

describe('who is trusted', () => {
  const client = { issuer: ISSUER, preset: presetFor(ISSUER), http: HTTP }
  const session = { metadata: cached(METADATA) }

  it('the issuer of a client, and with a session what it holds and has sent', () => {
    expect(issuerOf(client)).toEqual({ ...client, cached: {}, sentToken: false })
    expect(issuerOf(client, session)).toEqual({ ...client, cached: session, sentToken: true })
  })
})
