import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  makeProof,
  makeProofKey,
  type ProofKey,
  signerOf,
  thumbprintOf,
} from '../../../src/dpop/proof-key.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { startTraceApi, type TraceApi } from '../../world/trace-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'
import { type ApacheGateway, startApache } from '../apache.ts'
import { type Message, send as sendTo } from '../send.ts'
import { API_KEY, gatewayFixture, now, TRACE } from './fixture.ts'

/** A gateway that takes a token only with a proof of the key that it is bound to. */
export function boundTokenSuite(): void {
  const fixture = gatewayFixture({}, {}, true)
  let key: ProofKey
  let token: string
  beforeAll(async () => {
    key = await makeProofKey()
    token = await bound(key)
  })

  const bound = async (to: ProofKey) => fixture.issuer.mint({ cnf: { jkt: await thumbprintOf(to) } })

  /** What makes a proof another one than the right one for `GET TRACE` with our token. */
  interface Other {
    method?: string
    url?: string
    token?: string
    age?: number
    by?: ProofKey
    id?: string
  }

  async function proof(other: Other = {}): Promise<string> {
    const by = other.by ?? key
    return makeProof(by, await signerOf(by), {
      method: other.method ?? 'GET',
      url: new URL(other.url ?? fixture.gateway.url + TRACE),
      token: other.token ?? token,
      nonce: undefined,
      issuedAt: now() - (other.age ?? 0),
      id: other.id ?? randomUUID(),
    })
  }

  const send = (shown: string | undefined, message: Message = {}, path = TRACE) =>
    fixture.send(path, {
      ...message,
      headers: { authorization: `DPoP ${token}`, ...(shown && { dpop: shown }), ...message.headers },
    })

  it('lets its owner in, again and again, and keeps token and proof from the back end', async () => {
    for (const query of ['', '?span-id=1', '?span-id=2'])
      expect((await send(await proof(), {}, TRACE + query)).status).toBe(200)
    const arrived = fixture.upstream.arrivals.at(-1)
    expect(arrived?.headers).not.toHaveProperty('dpop')
    expect(arrived?.headers).not.toHaveProperty('x-forwarded-host')
    expect(JSON.stringify(arrived)).not.toContain(token)
  })

  describe('a thief is refused', () => {
    it.each<[string, () => Promise<string | undefined> | string, Message?]>([
      ['without a proof', () => ''],
      ['with the token as a bearer token', () => '', { headers: { authorization: 'Bearer TOKEN' } }],
      [
        'with it as a bearer token beside a proof',
        () => proof(),
        { headers: { authorization: 'Bearer TOKEN' } },
      ],
      ['with a proof by a key of their own', async () => proof({ by: await makeProofKey() })],
      ['with a proof for another method', () => proof({ method: 'POST' })],
      [
        'with a proof for another path',
        () => proof({ url: `${fixture.gateway.url}/public/v0.2/acme/projects` }),
      ],
      ['with a proof for another server', () => proof({ url: `https://traces.example${TRACE}` })],
      ['with a proof for another token', () => proof({ token: 'another' })],
      ['with an old proof', () => proof({ age: 60 })],
      ['with a proof from the future', () => proof({ age: -60 })],
      ['with words for a proof', () => 'proof'],
      ['with a proof that is too long to be remembered', () => proof({ id: 'x'.repeat(2000) })],
    ])('%s', async (_, shown, message = {}) => {
      const headers = Object.fromEntries(
        Object.entries(message.headers ?? {}).map(([name, value]) => [
          name,
          String(value).replace('TOKEN', token),
        ]),
      )
      const answer = await send((await shown()) || undefined, { ...message, headers })
      expect(answer.status).toBe(401)
      expect(answer.headers['www-authenticate']).toMatch(/error="invalid_(token|request)"/)
    })

    it('with a proof for another server, and headers that make it this one', async () => {
      const shown = () => proof({ url: `https://evil.example:1234${TRACE}` })
      for (const headers of [
        { host: 'evil.example:1234', 'x-forwarded-proto': 'https' },
        { 'x-forwarded-host': 'evil.example:1234', 'x-forwarded-proto': 'https' },
        { 'x-forwarded-host': 'evil.example', 'x-forwarded-port': '1234', 'x-forwarded-proto': 'https' },
        { forwarded: 'host="evil.example:1234";proto=https' },
        { host: 'evil.example:1234', X_Forwarded_Proto: 'https' },
      ])
        expect((await send(await shown(), { headers })).status).toBe(401)
    })

    it('with a proof that was shown before', async () => {
      const shown = await proof()
      expect((await send(shown)).status).toBe(200)
      for (let n = 0; n < 5; n++) expect((await send(shown)).status).toBe(401)
    })

    it('with a second proof of the same name', async () => {
      const id = randomUUID()
      expect((await send(await proof({ id }))).status).toBe(200)
      expect((await send(await proof({ id }))).status).toBe(401)
    })

    it('with a token that is not bound to a key', async () => {
      const plain = await fixture.issuer.mint()
      const headers = { authorization: `DPoP ${plain}` }
      expect((await send(await proof({ token: plain }), { headers })).status).toBe(401)
    })
  })

  it('says in the header what is wanted, and in the log what was wrong', async () => {
    const nothing = await fixture.send(`${TRACE}?mark=nothing`)
    expect(nothing.headers['www-authenticate']).toBe(
      'DPoP realm="traces", algs="ES256 PS256 RS256", scope="traces:read"',
    )
    expect(await fixture.gateway.line('mark=nothing')).toMatchObject({ why: 'no_token' })
    const bearer = await fixture.send(`${TRACE}?mark=bearer`, { token })
    expect(bearer.headers['www-authenticate']).toContain('with the proof of the key that it is bound to')
    expect(await fixture.gateway.line('mark=bearer')).toMatchObject({ why: 'no_proof' })
  })
}

/** The whole way: a certified provider binds the token, the commands a person types make the proofs, Apache checks them. */
export function boundPersonSuite(): void {
  const trace = makeTrace({ seed: 7 })
  const spanId = trace.spans.find(({ parentId }) => parentId === undefined)?.spanId
  let provider: Provider
  let api: TraceApi
  let gateway: ApacheGateway
  let world: World
  beforeAll(async () => {
    provider = await startProvider()
    api = await startTraceApi({ apiKey: API_KEY, organization: 'acme', project: 'prod', traces: [trace] })
    gateway = await startApache({ issuer: provider.issuer, upstream: api.url, apiKey: API_KEY, proofs: true })
    world = await openWorld({ visitor: { user: 'alice' }, secrets: () => [...provider.secrets, API_KEY] })
  })
  afterAll(async () => {
    await gateway?.close()
    await Promise.all([world?.close(), api?.close(), provider?.close()])
  })

  const login = (flags: string) =>
    world.type(
      `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port any --api ${gateway.url} ` +
        `--organization acme --project prod --scopes "openid email groups offline_access traces:read" ${flags}`,
    )
  const get = () => world.type(`ls-auth trace get ${spanId}`)

  it('a plain sign-in is told to bind its tokens', async () => {
    expect((await login('')).exit).toBe(0)
    const { exit, stderr } = await get()
    expect(exit).toBe(11)
    expect(stderr).toContain('This API requires DPoP. Run: ls-auth profile set dpop true')
  })

  it('who has nothing but its address signs in with a bound token, and reads', async () => {
    const someone = await openWorld({
      visitor: { user: 'alice' },
      secrets: () => [...provider.secrets, API_KEY],
    })
    const flags = `--client-id ${provider.clientId} --organization acme --project prod --port any --yes`
    expect((await someone.type(`ls-auth login ${gateway.url} ${flags}`)).exit).toBe(0)
    expect((await someone.type(`ls-auth trace get ${spanId}`)).stdout).toContain('POST /checkout')
    await someone.close()
  })

  it('a bound one reads a trace, before and after a renewal', async () => {
    expect((await login('--dpop true')).exit).toBe(0)
    const key = async () => JSON.parse((await world.type('ls-auth whoami --json')).stdout).bound_key
    const before = await key()
    expect(before.ours).toBe(true)
    expect((await get()).stdout).toContain('POST /checkout')
    expect(await gateway.line('stored-traces')).toMatchObject({ sub: 'alice', status: 200 })
    const renewals = provider.refreshCount()
    world.clockOffset += 2 * 3_600_000
    // This machine is two hours ahead of the gateway from here on.
    expect((await get()).exit).toBe(0)
    expect(await key()).toEqual(before)
    expect(provider.refreshCount()).toBe(renewals + 1)
    world.clockOffset = 0
  })

  it('doctor --gateway: forged tokens are refused, each with a good proof', async () => {
    const { exit, stdout } = await world.type('ls-auth doctor --gateway')
    expect(stdout).toMatch(/^ok +your own token +answered \(HTTP 200\)/m)
    expect(stdout).not.toMatch(/let through|^warn .*unknown \(/m)
    expect(exit).toBe(0)
  })

  it('the token alone, as a thief has it, is refused', async () => {
    const { cnf, jti } = JSON.parse((await world.type('ls-auth whoami --raw')).stdout).access_token.payload
    expect(cnf.jkt).toMatch(/^[\w-]{43}$/)
    const stolen = [...provider.secrets].find((secret) =>
      Buffer.from(secret.split('.')[1] ?? '', 'base64url')
        .toString()
        .includes(jti),
    )
    for (const authorization of [`Bearer ${stolen}`, `DPoP ${stolen}`])
      expect((await sendTo(gateway.url, TRACE, { headers: { authorization } })).status).toBe(401)
  })
}
