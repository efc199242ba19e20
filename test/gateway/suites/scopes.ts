import { expect, it } from 'vitest'
import { gatewayFixture, PROJECT, sentence, TRACE } from './fixture.ts'

const BOTH = 'traces:read traces:write'
const WRITES: [method: string, path: string][] = [
  ['POST', `${PROJECT}/snapshots`],
  ['POST', `${PROJECT}/streams`],
  ['PATCH', `${PROJECT}/streams/s1`],
  ['DELETE', `${PROJECT}/streams/s1`],
]

/** A way to sign in that people must have used (RFC 9470). */
export function requiredSignInSuite(): void {
  const world = gatewayFixture({ GW_ACR: 'urn:acme:mfa' })

  it('lets through who has signed in like that', async () => {
    const token = await world.issuer.mint({ acr: 'urn:acme:mfa' })
    expect((await world.send(TRACE, { token })).status).toBe(200)
  })

  it.each([
    ['another', 'pwd'],
    ['none', undefined],
    ['one that begins alike', 'urn:acme:mfa2'],
    ['a list', ['urn:acme:mfa']],
    ['one in other letters', 'URN:acme:mfa'],
  ])('asks for another sign-in: %s', async (_name, acr) => {
    const jti = crypto.randomUUID()
    const answer = await world.send(TRACE, { token: await world.issuer.mint({ acr, jti }) })
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer realm="traces", error="insufficient_user_authentication", error_description="you have signed in in another way than this gateway requires", acr_values="urn:acme:mfa"',
    )
    expect(await world.gateway.line(jti)).toMatchObject({ status: 401, why: 'other_sign_in' })
  })
}

/** Question 2: what a good token allows. */
export function scopeSuite(): void {
  const world = gatewayFixture({ GW_GROUP: 'ops team' })
  const ops = { groups: ['dev', 'ops team'] }

  it.each([
    ['a string', { scope: 'openid traces:read' }],
    ['an array', { scope: ['traces:read'] }],
    ['scp as a string', { scope: undefined, scp: 'traces:read profile' }],
    ['scp as an array', { scope: undefined, scp: ['profile', 'traces:read'] }],
  ])('finds the scope in %s', async (_name, claims) => {
    const token = await world.issuer.mint({ ...ops, ...claims })
    expect((await world.send(TRACE, { token })).status).toBe(200)
  })

  it.each([
    ['none', { scope: undefined }],
    ['another', { scope: 'openid' }],
    ['one that starts alike', { scope: 'traces:readonly' }],
    ['one that ends alike', { scp: ['xtraces:read'], scope: undefined }],
    ['the write scope alone', { scope: 'traces:write' }],
  ])('forbids a token with the scope missing: %s', async (_name, claims) => {
    const token = await world.issuer.mint({ ...ops, ...claims })
    const answer = await world.send(TRACE, { token })
    expect(answer.status).toBe(403)
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer realm="traces", error="insufficient_scope", error_description="the token lacks the scope", scope="traces:read"',
    )
    expect(sentence(answer)).toContain('needed to read traces')
  })

  it.each([
    ['none', undefined],
    ['others', ['dev', 'ops']],
    ['one string that is not the group', 'ops team 2'],
    ['one string that reads like an array', '["ops team"]'],
    ['spaces elsewhere', ['opsteam', 'ops  team']],
    ['a line end', ['ops team\n']],
  ])('forbids a token with the group missing: %s', async (_name, groups) => {
    const jti = crypto.randomUUID()
    const token = await world.issuer.mint({ groups, jti })
    const answer = await world.send(TRACE, { token })
    expect(answer.status).toBe(403)
    expect(answer.headers['www-authenticate']).toContain('error="insufficient_scope"')
    expect(answer.headers['www-authenticate']).toContain('the token lacks the group ops team')
    expect(await world.gateway.line(jti)).toMatchObject({
      status: 403,
      why: 'lacks_group',
      sub: 'ada@example.com',
    })
  })

  it.each(WRITES)('keeps %s %s shut without the write scope, and opens it with', async (method, path) => {
    const before = world.upstream.arrivals.length
    const reader = await world.issuer.mint(ops)
    const refused = await world.send(path, { method, token: reader, body: '{}' })
    expect(refused.status).toBe(403)
    expect(refused.headers['www-authenticate']).toContain(`scope="${BOTH}"`)
    expect(sentence(refused)).toContain('needed to write traces')
    expect(world.upstream.arrivals.length).toBe(before)
    const writer = await world.issuer.mint({ ...ops, scope: BOTH })
    expect((await world.send(path, { method, token: writer, body: '{}' })).status).toBe(200)
    expect(world.upstream.arrivals.at(-1)).toMatchObject({ method, url: path, body: '{}' })
  })

  it.each(['query_timeseries', 'attributes'])('lets a reader POST to telemetry/%s', async (name) => {
    const token = await world.issuer.mint(ops)
    const path = `${PROJECT}/telemetry/${name}`
    expect((await world.send(path, { method: 'POST', token, body: '{"data":{}}' })).status).toBe(200)
    expect(world.upstream.arrivals.at(-1)).toMatchObject({ method: 'POST', url: path, body: '{"data":{}}' })
  })
}

/** The same for an issuer like Cognito, whose access tokens have no `aud`. */
export function clientAsAudienceSuite(): void {
  const world = gatewayFixture({
    GW_AUDIENCE: '57cbishk4j24',
    GW_AUDIENCE_CLAIM: 'client_id',
    GW_READ_SCOPE: 'traces/read',
    GW_GROUP: 'ops',
    GW_GROUP_CLAIM: 'cognito:groups',
  })
  const good = { aud: undefined, client_id: '57cbishk4j24', scope: 'traces/read', 'cognito:groups': ['ops'] }

  it.each([
    ['another client', { client_id: 'other' }, 401],
    ['no client', { client_id: undefined, aud: '57cbishk4j24' }, 401],
    ['another scope', { scope: 'tracesXread' }, 403],
    ['another group', { 'cognito:groups': ['dev'] }, 403],
  ])('refuses %s', async (_name, claims, status) => {
    const token = await world.issuer.mint({ ...good, ...claims })
    expect((await world.send(TRACE, { token })).status).toBe(status)
  })
}
