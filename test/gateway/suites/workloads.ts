import { rm, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { PROJECT, sentence, TRACE } from './fixture.ts'
import { AUDIENCE, RULES, twoIssuers } from './two-issuers.ts'

/** Jobs and pods with a token of a second issuer: admitted by their claims. */
export function workloadSuite(): void {
  const world = twoIssuers()

  it.each([
    ['a job of GitHub', {}],
    ['a job for several audiences', { aud: ['https://other.example', AUDIENCE] }],
    ['one with an owner’s id', { repository: 'acme/tools', ref: 'x', repository_owner_id: '42' }],
    ['a value with a space', { repository: 'acme/space', environment: 'prod eu' }],
    ['a job of GitLab', { repository: undefined, project_path: 'acme/lab', ref_protected: 'true' }],
    ['a pod', { repository: undefined, sub: 'system:serviceaccount:ops:trace-reader' }],
    [
      'claims in another order, among others',
      { a: [{ ref: '{"' }, '}"'], 'x"y': '\\', ref: 'refs/heads/main' },
    ],
  ])('lets it read: %s', async (_name, claims) => {
    const token = await world.job(claims)
    const answer = await world.send(TRACE, { token })
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([200, undefined])
    expect(JSON.stringify(world.upstream.arrivals.at(-1))).not.toContain(token)
  })

  it('logs the issuer, the repository and what the caller says of itself', async () => {
    const jti = crypto.randomUUID()
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const headers = { 'x-request-reason': 'INC-4711', traceparent, 'user-agent': 'ls-auth/1' }
    await world.send(TRACE, { token: await world.job({ jti }), headers })
    expect(await world.gateway.line(jti)).toMatchObject({
      iss: world.workloads.issuer,
      sub: 'repo:acme/app:environment:prod',
      repository: 'acme/app',
      status: 200,
      why: '',
      reason: 'INC-4711',
      traceparent,
      agent: 'ls-auth/1',
    })
  })

  it.each([
    ['POST', `${PROJECT}/snapshots`],
    ['DELETE', `${PROJECT}/streams/s1`],
  ])('lets none of them write: %s %s', async (method, path) => {
    const jti = crypto.randomUUID()
    const before = world.upstream.arrivals.length
    const token = await world.job({ jti, scope: 'traces:read traces:write' })
    const answer = await world.send(path, { method, token, body: '{}' })
    expect(answer.status).toBe(403)
    expect(answer.headers['www-authenticate']).toContain('a workload may only read here')
    expect(sentence(answer)).toContain('needed to write traces')
    expect(await world.gateway.line(jti)).toMatchObject({ why: 'reads_only', repository: 'acme/app' })
    expect(world.upstream.arrivals.length).toBe(before)
  })

  it('answers 404 where there is no route, and asks the issuer of the token for its keys alone', async () => {
    const token = await world.job()
    expect((await world.send('/public/v0.2/acme/role-binding', { token })).status).toBe(404)
    const before = world.people.requests.length
    expect((await world.send(TRACE, { token: await world.job({}, 'foreign') })).status).toBe(401)
    expect(world.people.requests.length).toBe(before)
    expect(world.workloads.requests).not.toContain('/introspection')
  })

  it('tells those who have the first claim what is missing, and others no name', async () => {
    const told = async (claims: object) =>
      /error_description="([^"]*)"/.exec(
        String(
          (await world.send(TRACE, { token: await world.job({ ...claims }) })).headers['www-authenticate'],
        ),
      )?.[1]
    const says = (what: string) => `no rule admits this workload: it lacks the claim ${what}`
    expect(await told({ ref: 'refs/pull/7/merge' })).toBe(says('ref=refs/heads/main'))
    expect(await told({ environment: undefined })).toBe(says('environment=prod'))
    expect(await told({ repository: 'acme/space' })).toBe(says('environment=prod eu'))
    expect(await told({ repository: 'eve/app' })).toBe(says('repository or project_path or sub'))
  })
}

/** Without its variables the second issuer is a stranger, and the rules are not looked at. */
export function workloadsOffSuite(): void {
  const world = twoIssuers({ isOff: true, rules: 'nonsense' })

  it('lets people read and no workload', async () => {
    expect((await world.send(TRACE, { token: await world.people.mint() })).status).toBe(200)
    expect((await world.send(TRACE, { token: await world.job() })).status).toBe(401)
    const asPerson = await world.people.mint({ scope: undefined, repository: 'acme/app' })
    expect((await world.send(TRACE, { token: asPerson })).status).toBe(403)
    expect(world.workloads.requests).toEqual([])
  })
}

/** The file of rules: read for every request, and understood as a whole or not at all. */
export function rulesSuite(): void {
  const world = twoIssuers({ variables: { GW_GROUP: 'ops' } })

  it.each([
    ['a rule by an environment alone', 'environment=prod'],
    ['a rule by a ref first', 'ref=refs/heads/main repository=acme/app'],
    ['a word without a value', 'repository'],
    ['an empty value', 'repository='],
    ['an empty value in quotes', 'repository=""'],
    ['an open quote', 'repository="acme/app'],
    ['a remark behind a rule', 'repository=acme/app # main'],
    ['spaces around the sign', 'repository = acme/app'],
    ['a letter beyond ASCII', 'repository=acme/äpp'],
    ['a backslash', 'repository=acme\\app'],
  ])('admits nobody with %s in it, says so in the error log, and lets people read', async (_name, rule) => {
    await writeFile(world.gateway.rulesFile, `${RULES}${rule}\n`)
    const answer = await world.send(TRACE, { token: await world.job() })
    expect(answer.status).toBe(503)
    expect(sentence(answer)).toContain('access rules')
    expect(await world.gateway.errorLog()).toMatch(
      /nobody who needs a rule may pass: .*access\.rules: line 8/,
    )
    expect((await world.send(TRACE, { token: await world.people.mint({ groups: ['ops'] }) })).status).toBe(
      200,
    )
  })

  describe.each([
    ['a file without a rule', '# none\n\n'],
    ['no file', undefined],
  ])('with %s', (_name, text) => {
    it('admits nobody', async () => {
      if (text === undefined) await rm(world.gateway.rulesFile)
      else await writeFile(world.gateway.rulesFile, text)
      expect((await world.send(TRACE, { token: await world.job() })).status).toBe(
        text === undefined ? 503 : 403,
      )
    })
  })
}
