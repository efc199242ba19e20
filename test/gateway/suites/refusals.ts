import { expect, it } from 'vitest'
import type { Signer } from '../token-issuer.ts'
import { gatewayFixture, now, sentence, TRACE } from './fixture.ts'

/** What is wrong with a token, what the caller is told, and the word in the log. */
interface Refusal {
  name: string
  claims?: () => Record<string, unknown>
  signer?: Signer
  says: RegExp
  why: string
}

const UNVERIFIED = { says: /^Token could not be verified\.$/, why: 'unverified' }
const NO_JWT = { says: /^this is not a signed JWT$/, why: 'not_a_jwt' }
const EXPIRED = { says: /expired/, why: 'expired' }
const NOT_YET = { says: /clocks/, why: 'not_yet_valid' }
const TOO_LONG = { says: /longer than this gateway allows/, why: 'lives_too_long' }
const AMBIGUOUS = { says: /spelt/, why: 'ambiguous' }
const AUDIENCE = { says: /another audience/, why: 'wrong_audience' }

/** Words for tokens in which no name is believed. */
const NAMELESS = ['unverified', 'not_a_jwt', 'no_name']

const refusals: Refusal[] = [
  { name: 'expired', claims: () => ({ exp: now() - 2 }), ...EXPIRED },
  { name: 'without an expiry time', claims: () => ({ exp: undefined }), ...EXPIRED },
  { name: 'with words for an expiry time', claims: () => ({ exp: 'tomorrow' }), ...EXPIRED },
  { name: 'with a negative expiry time', claims: () => ({ exp: -1 }), ...EXPIRED },
  { name: 'with a number as text for an expiry time', claims: () => ({ exp: `${now() + 600}` }), ...EXPIRED },
  { name: 'with an expiry time in fractions', claims: () => ({ exp: now() + 600.5 }), ...EXPIRED },
  { name: 'with a number as text for its beginning', claims: () => ({ nbf: '1' }), ...NOT_YET },
  { name: 'that lives longer than allowed', claims: () => ({ exp: now() + 86_400 + 120 }), ...TOO_LONG },
  { name: 'that lives for ever', claims: () => ({ exp: 999_999_999_999 }), ...TOO_LONG },
  { name: 'not valid yet', claims: () => ({ nbf: now() + 600 }), ...NOT_YET },
  { name: 'with words for its beginning', claims: () => ({ nbf: 'now' }), ...NOT_YET },
  { name: 'issued in the future', claims: () => ({ iat: now() + 90 }), ...NOT_YET },
  { name: 'issued in the far future', claims: () => ({ iat: 1e30 }), ...NOT_YET },
  { name: 'issued in the future, in fractions', claims: () => ({ iat: now() + 90.5 }), ...NOT_YET },
  { name: 'issued before there were clocks', claims: () => ({ iat: -5 }), ...NOT_YET },
  { name: 'with a number as text for its issue', claims: () => ({ iat: '1' }), ...NOT_YET },
  { name: 'with a list for its issue', claims: () => ({ iat: [1] }), ...NOT_YET },
  { name: 'for another audience', claims: () => ({ aud: 'api://other' }), ...AUDIENCE },
  { name: 'for an audience that starts alike', claims: () => ({ aud: 'api://traces2' }), ...AUDIENCE },
  { name: 'for an audience in other letters', claims: () => ({ aud: 'API://traces' }), ...AUDIENCE },
  { name: 'for our audience and a line end', claims: () => ({ aud: 'api://traces\n' }), ...AUDIENCE },
  { name: 'for several others', claims: () => ({ aud: ['api://a', 'api://b'] }), ...AUDIENCE },
  {
    name: 'for one that contains ours in quotes',
    claims: () => ({ aud: ['x", "api://traces'] }),
    ...AUDIENCE,
  },
  { name: 'for nobody', claims: () => ({ aud: undefined }), ...AUDIENCE },
  { name: 'expired and for another audience', claims: () => ({ aud: 'x', exp: 1_600_000_000 }), ...AUDIENCE },
  {
    name: 'expired, with a later expiry time under another spelling',
    claims: () => ({ exp: now() - 2, Exp: now() + 600 }),
    ...AMBIGUOUS,
  },
  {
    name: 'whose only expiry time is spelt otherwise',
    claims: () => ({ exp: undefined, EXP: now() + 600 }),
    ...AMBIGUOUS,
  },
  { name: 'with a second name', claims: () => ({ Sub: 'eve@example.com' }), ...AMBIGUOUS },
  { name: 'with a second audience', claims: () => ({ aud: 'x', AUD: 'api://traces' }), ...AMBIGUOUS },
  { name: 'with a second beginning', claims: () => ({ nbf: now() + 600, Nbf: 1 }), ...AMBIGUOUS },
  { name: 'of another issuer', claims: () => ({ iss: 'https://login.example.test' }), ...UNVERIFIED },
  { name: 'of no issuer', claims: () => ({ iss: undefined }), ...UNVERIFIED },
  { name: 'signed with a key that is not published', signer: 'foreign', ...UNVERIFIED },
  { name: 'signed with the public key as a secret', signer: 'public-key-as-secret', ...UNVERIFIED },
  { name: 'not signed (alg none)', signer: 'none', ...NO_JWT },
  { name: 'of nobody', claims: () => ({ sub: undefined }), says: /remote user/, why: 'unverified' },
  { name: 'of a number', claims: () => ({ sub: 42 }), says: /remote user/, why: 'unverified' },
  { name: 'of an empty name', claims: () => ({ sub: '' }), says: /names nobody/, why: 'no_name' },
]

/** Every way to fail question 1: 401 `invalid_token`, nothing reaches the upstream. */
export function refusalSuite(): void {
  const world = gatewayFixture({}, { credulousIntrospection: true })

  it.each(refusals)('refuses a token $name', async ({ claims, signer, says, why }) => {
    const before = world.upstream.arrivals.length
    const jti = crypto.randomUUID()
    const token = await world.issuer.mint({ jti, ...claims?.() }, signer)
    const answer = await world.send(`${TRACE}?mark=${jti}`, { token })
    expect(answer.status).toBe(401)
    const challenge = String(answer.headers['www-authenticate'])
    expect(challenge).toMatch(/^Bearer realm="traces", error="invalid_token", error_description="[^"]+"$/)
    expect(/error_description="([^"]*)"/.exec(challenge)?.[1]).toMatch(says)
    expect(answer.headers['content-type']).toBe('application/json')
    expect(sentence(answer)).toContain('not accepted')
    expect(world.upstream.arrivals.length).toBe(before)
    const line = await world.gateway.line(`mark=${jti}`)
    expect(line).toMatchObject({ status: 401, why, method: 'GET', path: TRACE })
    // Claims are logged only once their signature holds.
    expect(line.sub).toBe(NAMELESS.includes(why) ? '' : 'ada@example.com')
  })

  const claims = async () =>
    Buffer.from((await world.issuer.mint()).split('.')[1] as string, 'base64url').toString()
  const written = (members: string) => (kid: string) => `{"alg":"RS256","kid":"${kid}",${members}}`

  it.each([
    ['an extension that is named critical', { crit: ['urn:x'], 'urn:x': 1 }],
    ['one that this program knows itself', { crit: ['b64'], b64: true }],
    ['one under an escaped name', written('"cr\\u0069t" : ["x"],"x":1')],
    ['an empty list of them', written('"crit":[]')],
  ])('refuses a token whose header asks for %s (RFC 7515 §4.1.11)', async (_name, header) => {
    const before = world.upstream.arrivals.length
    const mark = crypto.randomUUID()
    const token = await world.issuer.sign(await claims(), header)
    const answer = await world.send(`${TRACE}?mark=${mark}`, { token })
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer realm="traces", error="invalid_token", error_description="the token asks for an extension that is not known here (crit)"',
    )
    expect(world.upstream.arrivals.length).toBe(before)
    expect(await world.gateway.line(`mark=${mark}`)).toMatchObject({ why: 'critical', sub: '' })
  })

  it('logs no claim of which a token has two spellings', async () => {
    const mark = crypto.randomUUID()
    const claims = { Iss: 'https://evil.example', Oid: 'eve', Client_ID: 'eve', Jti: 'eve', Sub: 'eve' }
    await world.send(`${TRACE}?${mark}`, { token: await world.issuer.mint(claims) })
    expect(await world.gateway.line(mark)).toMatchObject({
      why: 'ambiguous',
      sub: 'ada@example.com',
      iss: '',
      oid: '',
      client: '',
      jti: '',
    })
  })

  it.each([
    ['no Authorization', {}],
    ['another scheme', { authorization: 'Basic YWRhOnB3' }],
    ['an empty token', { authorization: 'Bearer ' }],
  ])('asks for a token, without naming an error, when there is %s', async (_name, headers) => {
    const answer = await world.send(TRACE, { headers })
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer realm="traces", scope="traces:read", resource_metadata="${world.gateway.url}/.well-known/oauth-protected-resource"`,
    )
    expect(sentence(answer)).toContain(world.issuer.issuer)
    expect(answer.headers.location).toBeUndefined()
  })

  it('looks for the token in the header only, and does not log one that stands elsewhere', async () => {
    const token = await world.issuer.mint()
    const mark = crypto.randomUUID()
    const answer = await world.send(`${TRACE}?${mark}&access_token=${token}`, {
      headers: { cookie: `access_token=${token}`, 'user-agent': mark },
    })
    expect(answer.status).toBe(401)
    expect((await world.gateway.line('(hidden)')).status).toBe(401)
    expect(await world.gateway.accessLog()).not.toContain(token)
  })

  it('never takes what the issuer published for the claims of a token', async () => {
    await world.send(TRACE, { token: await world.issuer.mint() })
    for (const path of ['/.well-known/openid-configuration', '/jwks']) {
      const answer = await world.send(TRACE, { token: world.issuer.issuer + path })
      expect(answer.status).toBe(401)
    }
  })

  it('does not ask the issuer about a token that failed, however willing the issuer is', async () => {
    const answer = await world.send(TRACE, { token: await world.issuer.mint({}, 'foreign') })
    expect(answer.status).toBe(401)
    expect(world.issuer.requests).not.toContain('/introspection')
  })

  it('refuses two tokens at once', async () => {
    const token = await world.issuer.mint()
    const twice = { authorization: [`Bearer ${token}`, `Bearer ${token}`] as unknown as string }
    expect((await world.send(TRACE, { headers: twice })).status).toBe(401)
  })

  it('writes no token into the error log, not even a very long one', async () => {
    const token = await world.issuer.mint({ filler: 'x'.repeat(15_000) })
    expect((await world.send(TRACE, { token })).status).toBe(200)
    expect(await world.gateway.errorLog()).not.toContain(token.slice(0, 60))
  })
}

/** A metadata document that names another issuer than the gateway was told. */
export function issuerMismatchSuite(): void {
  const issuers = { told: 'https://login.example.test' }
  const world = gatewayFixture((issuer) => ({
    GW_ISSUER: issuers.told,
    GW_METADATA: `${issuer}/.well-known/openid-configuration`,
  }))

  it('trusts neither the one nor the other', async () => {
    const published = await world.send(TRACE, { token: await world.issuer.mint() })
    expect(published.status).toBe(401)
    expect(published.headers['www-authenticate']).toContain('error="invalid_token"')
    expect(published.headers['www-authenticate']).toContain('another issuer')
    const told = await world.send(TRACE, { token: await world.issuer.mint({ iss: issuers.told }) })
    expect(told.status).toBe(401)
  })
}
