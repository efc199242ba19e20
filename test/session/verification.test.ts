import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Inspected } from '../../src/claims/inspect.ts'
import { Failure } from '../../src/errors.ts'
import type { HttpSettings } from '../../src/ports/http.ts'
import type { Ports } from '../../src/ports/ports.ts'
import { presetFor } from '../../src/providers/detect.ts'
import {
  hasUnknownKey,
  inspectOwn,
  issuerOf,
  namedIssuer,
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
const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`
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
  it('of the cache are used while they are fresh: nobody is asked', async () => {
    const { ports, asked } = machine({})
    const one = trust({ cached: { jwks: cached(keys({ ...ours.jwk, kid: 'k1' })) } })
    expect(await verify(await signed(), how([one]), ports)).toMatchObject({
      signature: 'verified',
      answer: { verified: true, kid: 'k1' },
    })
    expect(asked).toEqual([])
  })

  it('are fetched where there are none, from the address of the metadata', async () => {
    const { ports, asked } = machine({ [DISCOVERY]: METADATA, [KEYS]: keys(ours.jwk) })
    expect((await verify(await signed(), how([trust({ cached: {} })]), ports)).signature).toBe('unverified')
    expect(asked).toEqual([DISCOVERY, KEYS])
    const fitting = machine({ [KEYS]: keys({ ...ours.jwk, kid: 'k1' }) })
    expect((await verify(await signed(), how([trust()]), fitting.ports)).signature).toBe('verified')
    expect(fitting.asked).toEqual([KEYS])
  })

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

  it('are not fetched for what no key could mend', async () => {
    const { ports, asked } = machine({ [KEYS]: keys() })
    const one = trust({ cached: { metadata: cached(METADATA), jwks: cached(keys()) } })
    const unsigned = inspect(tokenText({ alg: 'none' }, { iss: ISSUER }))
    expect(await verify(unsigned, how([one]), ports)).toMatchObject({
      signature: 'bad',
      answer: { reason: 'algorithm' },
    })
    expect(asked).toEqual([])
  })

  it('that were fetched just now are not fetched again', async () => {
    const { ports, asked } = machine({ [KEYS]: keys({ ...theirs.jwk, kid: 'k1' }) })
    expect(await verify(await signed(), how([trust()]), ports)).toMatchObject({
      signature: 'bad',
      answer: { reason: 'bad-signature' },
    })
    expect(asked).toEqual([KEYS])
  })

  it('that were fetched for one token serve the next ones; those of the cache do not', async () => {
    const { ports, asked } = machine({ [KEYS]: keys({ ...ours.jwk, kid: 'k1' }) })
    const jwks = cached(keys({ ...theirs.jwk, kid: 'k2' }))
    const one = trust({ cached: { metadata: cached(METADATA), jwks } })
    const fetched: NonNullable<VerifyOptions['fetched']> = new Map()
    for (const over of [{}, {}, { skipCache: true }]) {
      const judged = await verify(await signed(), how([one], { fetched, ...over }), ports)
      expect(judged.signature).toBe('verified')
      expect(asked).toEqual([KEYS])
    }
    expect([...fetched.keys()]).toEqual([one])
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

  it('of the cache are left aside on demand', async () => {
    const { ports, asked } = machine({ [KEYS]: keys({ ...ours.jwk, kid: 'k1' }) })
    const jwks = cached(keys({ ...ours.jwk, kid: 'k1' }))
    const one = trust({ cached: { metadata: cached(METADATA), jwks } })
    expect((await verify(await signed(), how([one], { skipCache: true }), ports)).signature).toBe('verified')
    expect(asked).toEqual([KEYS])
  })

  it('may run out, by the clock of the provider', async () => {
    const jwk = { ...ours.jwk, kid: 'k1', exp: NOW / 1000 + 500 }
    const one = trust({ cached: { metadata: cached(METADATA), jwks: cached(keys(jwk)) } })
    const at = async (skewSeconds: number) =>
      (await verify(await signed(), how([one], { skewSeconds }), machine({ [KEYS]: keys(jwk) }).ports))
        .signature
    expect(await at(0)).toBe('verified')
    expect(await at(1_000)).toBe('unverified')
    expect(await at(-1_000)).toBe('verified')
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

  it('an opaque token is what it is', async () => {
    const { ports, asked } = machine({})
    const token = inspect('opaque')
    expect(await verify(token, how([trust({ sentToken: true })]), ports)).toBe(token)
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

describe('when the keys cannot be fetched', () => {
  const down = () => machine({ [KEYS]: new Failure('network', 'no way to the provider') }).ports
  const holding = (jwk: JWK, kid: string) =>
    trust({ cached: { metadata: cached(METADATA), jwks: cached(keys({ ...jwk, kid })) } })

  it('it is said, or the token stays unverified, as the caller wishes', async () => {
    const token = await signed()
    await expect(verify(token, how([trust()]), down())).rejects.toThrow('no way to the provider')
    await expect(verify(token, how([trust()], { whenUnreachable: 'fail' }), down())).rejects.toThrow('no way')
    expect(await verify(token, how([trust()], { whenUnreachable: 'unverified' }), down())).toBe(token)
  })

  it('what the cached keys said is kept', async () => {
    const unknown = holding(ours.jwk, 'k2')
    await expect(verify(await signed(), how([unknown]), down())).rejects.toThrow('no way')
    expect(
      await verify(await signed(), how([unknown], { whenUnreachable: 'unverified' }), down()),
    ).toMatchObject({ signature: 'unverified', answer: { reason: 'unknown-key' } })
    for (const whenUnreachable of ['fail', 'unverified'] as const) {
      const bad = await verify(await signed(), how([holding(theirs.jwk, 'k1')], { whenUnreachable }), down())
      expect(bad.signature).toBe('bad')
    }
  })

  it('an error of our own is no trouble of the provider', async () => {
    const { ports } = machine({ [KEYS]: new TypeError('ours') })
    await expect(
      verify(await signed(), how([trust()], { whenUnreachable: 'unverified' }), ports),
    ).rejects.toThrow(TypeError)
  })
})

describe('who is trusted', () => {
  const client = { issuer: ISSUER, preset: presetFor(ISSUER), http: HTTP }
  const session = { metadata: cached(METADATA) }

  it('the issuer of a client, and with a session what it holds and has sent', () => {
    expect(issuerOf(client)).toEqual({ ...client, cached: {}, sentToken: false })
    expect(issuerOf(client, session)).toEqual({ ...client, cached: session, sentToken: true })
  })

  it('an issuer by its name alone', () => {
    expect(namedIssuer(ISSUER, HTTP)).toEqual({ ...client, cached: {} })
  })
})

describe('a token of our own client', () => {
  const preset = {
    ...presetFor(ISSUER),
    claimNames: { userName: ['nick'] },
    ownTokens: { audiences: ['their-api'] },
  }
  const own = (payload: Record<string, unknown>, scope?: string) =>
    inspectOwn({ clientId: 'cli', preset }, tokenText({ alg: 'ES256' }, payload), scope)

  it('is read by what the provider is known to do', () => {
    expect(own({ nick: 'ada', aud: 'cli' })).toMatchObject({
      kind: 'id',
      identity: { userName: { value: 'ada', source: 'nick' } },
      notForUs: false,
    })
    expect(own({ aud: 'their-api', scope: 'x' }).notForUs).toBe(true)
    expect(own({ aud: 'api', azp: 'cli' }, 'traces:read').identity.scopes.value).toEqual(['traces:read'])
  })
})
