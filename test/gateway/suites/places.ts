import { describe, expect, it } from 'vitest'
import { sentence } from './fixture.ts'
import { twoIssuers } from './two-issuers.ts'

const LIGHTSTEP = `
group=payments -> acme/pay
group="ops team" -> acme/* "other/one two"
group=sre
group=a group=b -> acme/both
repository=acme/app -> acme/pay
repository=acme/all
`

const TEMPO = `
group=payments -> pay
group=sre
repository=acme/app -> main
`

/** Where a project’s traces are read from. */
const traces = (place: string) => `/public/v0.2/${place.replace('/', '/projects/')}/stored-traces`
const described = (challenge: unknown) => /error_description="([^"]*)"/.exec(String(challenge))?.[1]
const NO_RULE = 'no rule lets this caller read this project or tenant'
const lacks = (groups: string) => `to read this project or tenant the token lacks the group ${groups}`

/** Which groups and workloads may read which projects of Lightstep. */
export function projectSuite(): void {
  const world = twoIssuers({ rules: LIGHTSTEP, variables: { GW_PEOPLE_NEED_RULE: 'yes' } })

  it.each([
    ['one group for one project', { groups: ['x', 'payments'] }, 'acme/pay'],
    ['a group that is no list', { groups: 'payments' }, 'acme/pay'],
    ['all projects of an organization', { groups: ['ops team'] }, 'acme/new'],
    ['a project with a space', { groups: ['ops team'] }, 'other/one%20two'],
    ['everything', { groups: ['sre'] }, 'third/any'],
    ['two groups at once', { groups: ['b', 'a'] }, 'acme/both'],
  ])('lets people read: %s', async (_name, claims, place) => {
    const token = await world.people.mint(claims)
    expect((await world.send(traces(place), { token })).status).toBe(200)
    expect(world.upstream.arrivals.at(-1)?.url).toBe(traces(place))
  })

  it.each([
    ['another project', { groups: ['payments'] }, traces('acme/prod'), lacks('ops team or sre')],
    ['a project that starts alike', { groups: ['payments'] }, traces('acme/pay2'), lacks('ops team or sre')],
    ['a project whose name goes on', { groups: ['payments'] }, traces('acme/pa'), lacks('ops team or sre')],
    ['a project in other letters', { groups: ['payments'] }, traces('acme/Pay'), lacks('ops team or sre')],
    ['one of another organization', { groups: ['payments', 'ops team'] }, traces('third/pay'), lacks('sre')],
    ['an organization that starts alike', { groups: ['ops team'] }, traces('acme2/x'), lacks('sre')],
    [
      'a way around',
      { groups: ['payments'] },
      `${traces('acme/pay')}/../../prod/stored-traces`,
      lacks('ops team or sre'),
    ],
    [
      'a hidden way around',
      { groups: ['payments'] },
      '/public/v0.2/acme/projects/pay/%2e%2e/prod/stored-traces',
      lacks('ops team or sre'),
    ],
    [
      'the organization beside the list',
      { groups: ['payments'] },
      '/public/v0.2/third/projects',
      lacks('sre'),
    ],
    ['one of two groups', { groups: ['a'] }, traces('acme/both'), lacks('ops team or sre or a and b')],
    ['no group', { groups: undefined }, traces('acme/pay'), lacks('payments or ops team or sre')],
    ['a list in a list', { groups: [['sre']] }, traces('acme/pay'), lacks('payments or ops team or sre')],
    [
      'a list in an object',
      { groups: { groups: ['sre'] } },
      traces('acme/pay'),
      lacks('payments or ops team or sre'),
    ],
    [
      'groups in another claim',
      { groups: 7, group: 'sre', roles: ['sre'], x: { groups: ['sre'] } },
      traces('acme/pay'),
      lacks('payments or ops team or sre'),
    ],
    [
      'text that reads like a list',
      { groups: '["sre"]' },
      traces('acme/pay'),
      lacks('payments or ops team or sre'),
    ],
    [
      'the claims of a workload',
      { groups: [], repository: 'acme/all' },
      traces('acme/pay'),
      lacks('payments or ops team or sre'),
    ],
  ])('refuses people, and names the groups that may: %s', async (_name, claims, path, says) => {
    const jti = crypto.randomUUID()
    const before = world.upstream.arrivals.length
    const answer = await world.send(path, { token: await world.people.mint({ ...claims, jti }) })
    expect([answer.status, described(answer.headers['www-authenticate'])]).toEqual([403, says])
    expect(sentence(answer)).toContain('lacks a scope or group')
    expect(world.upstream.arrivals.length).toBe(before)
    expect(await world.gateway.line(jti)).toMatchObject({ why: 'lacks_rule', sub: 'ada@example.com' })
  })

  it.each([
    ['its project', { repository: 'acme/app' }, 'acme/pay', 200, undefined],
    ['any project', { repository: 'acme/all' }, 'third/any', 200, undefined],
    ['another project', { repository: 'acme/app' }, 'acme/prod', 403, NO_RULE],
    [
      'a repository without a rule, in a group',
      { repository: 'x', groups: ['sre'], group: 'sre' },
      'acme/pay',
      403,
      'no rule admits this workload: it lacks the claim repository',
    ],
  ])('a workload and %s: %#', async (_name, claims, place, status, says) => {
    const answer = await world.send(traces(place), { token: await world.job(claims) })
    expect([answer.status, described(answer.headers['www-authenticate'])]).toEqual([status, says])
  })
}

/** Which groups and workloads may read which tenants of Tempo. */
export function tenantSuite(): void {
  const variables = { GW_BACKEND: 'tempo', GW_TENANT: 'main' }
  const path = '/api/search?q=%7B%7D'

  describe('with rules for everybody', () => {
    const world = twoIssuers({ rules: TEMPO, variables: { ...variables, GW_PEOPLE_NEED_RULE: 'yes' } })

    it.each([
      ['payments', 'pay', 'pay'],
      ['sre', 'pay', 'pay'],
      ['sre', undefined, 'main'],
    ])('a person of %s who asks for %s reads %s', async (group, asked, tenant) => {
      const token = await world.people.mint({ groups: [group] })
      const headers = asked === undefined ? {} : { 'X-Scope-OrgID': asked }
      expect((await world.send(path, { token, headers })).status).toBe(200)
      expect(world.upstream.arrivals.at(-1)?.headers['x-scope-orgid']).toBe(tenant)
    })

    it.each([
      ['no tenant, and the usual one is not theirs', 'payments', undefined, lacks('sre')],
      ['another one', 'payments', 'main', lacks('sre')],
      ['a tenant of which the name goes on', 'payments', 'pa', lacks('sre')],
      ['another spelling', 'payments', 'PAY', lacks('sre')],
      ['two at once', 'payments', 'pay|main', NO_RULE],
      ['two at once, who may read both', 'sre', 'pay|main', NO_RULE],
      ['two headers', 'payments', ['pay', 'main'], NO_RULE],
      ['odd characters', 'sre', '(invalid)', NO_RULE],
      ['a long one', 'sre', 'a'.repeat(151), NO_RULE],
    ])('refuses a person who asks for %s', async (_name, group, asked, says) => {
      const token = await world.people.mint({ groups: [group] })
      const before = world.upstream.arrivals.length
      const headers = asked === undefined ? {} : { 'X-Scope-OrgID': asked }
      const answer = await world.send(path, { token, headers })
      expect([answer.status, described(answer.headers['www-authenticate'])]).toEqual([403, says])
      expect(world.upstream.arrivals.length).toBe(before)
    })
  })

  describe('with rules for workloads only', () => {
    const world = twoIssuers({ rules: TEMPO, variables })

    it.each([undefined, 'main'])('is one tenant for all: %s', async (asked) => {
      const headers = asked === undefined ? {} : { 'X-Scope-OrgID': asked }
      for (const token of [await world.people.mint({ groups: [] }), await world.job()]) {
        expect((await world.send(path, { token, headers })).status).toBe(200)
        expect(world.upstream.arrivals.at(-1)?.headers['x-scope-orgid']).toBe('main')
      }
    })

    it('refuses people and programs that ask for another one', async () => {
      const before = world.upstream.arrivals.length
      for (const token of [await world.people.mint({ groups: [] }), await world.job()]) {
        const answer = await world.send(path, { token, headers: { 'X-Scope-OrgID': 'pay' } })
        expect([answer.status, described(answer.headers['www-authenticate'])]).toEqual([
          403,
          'this gateway reads one tenant, and you asked for another',
        ])
      }
      expect(world.upstream.arrivals.length).toBe(before)
    })
  })
}
