import { expect, it } from 'vitest'
import { TRACE } from './fixture.ts'
import { AUDIENCE, type TwoIssuers, twoIssuers } from './two-issuers.ts'

/** Tokens that the one rule or the other might mistake. All are refused, and nothing reaches the upstream. */
interface Forgery {
  name: string
  token: (world: TwoIssuers, jti: string) => Promise<string>
  status: 401 | 403
  why: string
}

const job =
  (claims: Record<string, unknown>): Forgery['token'] =>
  (world, jti) =>
    world.job({ ...claims, jti })
const person =
  (claims: Record<string, unknown>): Forgery['token'] =>
  (world, jti) =>
    world.people.mint({ ...claims, jti })

const JOB_CLAIMS = { repository: 'acme/app', ref: 'refs/heads/main', environment: 'prod' }
const UNVERIFIED = { status: 401, why: 'unverified' } as const
const AUDIENCES = { status: 401, why: 'wrong_audience' } as const
const NO_RULE = { status: 403, why: 'lacks_claim' } as const
const UNNAMED = { repository: undefined, sub: 'x' }

const forgeries: Forgery[] = [
  {
    name: 'of a person’s issuer, with the name and claims of the other',
    token: (world, jti) =>
      world.people.mint({ ...JOB_CLAIMS, aud: AUDIENCE, iss: world.workloads.issuer, jti }),
    ...UNVERIFIED,
  },
  {
    name: 'of a workloads’ issuer, with the name and claims of the other',
    token: (world, jti) =>
      world.job({ iss: world.people.issuer, aud: 'api://traces', scope: 'traces:read', jti }),
    ...UNVERIFIED,
  },
  {
    name: 'that names both issuers, signed by the workloads’',
    token: async ({ people, workloads }, jti) => {
      const { iss: _, ...claims } = payload(await workloads.mint({ ...JOB_CLAIMS, jti, sub: 'x' }))
      const rest = JSON.stringify(claims).slice(1)
      return workloads.sign(`{"iss":"${workloads.issuer}","iss":"${people.issuer}",${rest}`)
    },
    ...UNVERIFIED,
  },
  {
    name: 'that names both issuers, signed by the people’s',
    token: async ({ people, workloads }, jti) => {
      const { iss: _, ...claims } = payload(await people.mint({ ...JOB_CLAIMS, aud: AUDIENCE, jti }))
      const rest = JSON.stringify(claims).slice(1)
      return people.sign(`{"iss":"${people.issuer}","iss":"${workloads.issuer}",${rest}`)
    },
    ...UNVERIFIED,
  },
  {
    name: 'whose issuer is a list of both',
    token: ({ people, workloads }, jti) => workloads.mint({ iss: [workloads.issuer, people.issuer], jti }),
    ...UNVERIFIED,
  },
  { name: 'of a workload, for the audience of people', token: job({ aud: 'api://traces' }), ...AUDIENCES },
  {
    name: 'of a workload, for the audience of people and with their scope',
    token: job({ aud: 'api://traces', scope: 'traces:read', groups: ['dev'] }),
    ...AUDIENCES,
  },
  { name: 'of a workload, for nobody', token: job({ aud: undefined }), ...AUDIENCES },
  { name: 'of a workload, for one that starts alike', token: job({ aud: `${AUDIENCE}.evil` }), ...AUDIENCES },
  { name: 'of a workload, for ours and a line end', token: job({ aud: `${AUDIENCE}\n` }), ...AUDIENCES },
  {
    name: 'of a workload, with a client in place of the audience',
    token: job({ aud: undefined, client_id: AUDIENCE }),
    ...AUDIENCES,
  },
  {
    name: 'of a person, for the audience of workloads',
    token: person({ aud: AUDIENCE, ...JOB_CLAIMS }),
    ...AUDIENCES,
  },
  {
    name: 'of a person without the scope, with the claims of a job',
    token: person({ ...JOB_CLAIMS, scope: 'openid' }),
    status: 403,
    why: 'lacks_scope',
  },
  {
    name: 'of a workload, expired',
    token: job({ exp: 1_600_000_000 }),
    status: 401,
    why: 'expired',
  },
  {
    name: 'of a workload, issued in the future',
    token: job({ iat: 4_000_000_000 }),
    status: 401,
    why: 'not_yet_valid',
  },
  {
    name: 'of a workload, with a repository in other letters beside it',
    token: job({ repository: 'eve/app', Repository: 'acme/app' }),
    ...NO_RULE,
  },
  { name: 'of a workload, with a second name', token: job({ Sub: 'x' }), status: 401, why: 'ambiguous' },
  { name: 'of another repository', token: job({ repository: 'eve/app' }), ...NO_RULE },
  {
    name: 'of another repository, with scopes',
    token: job({ repository: 'eve/app', scope: 'traces:read' }),
    ...NO_RULE,
  },
  { name: 'of a repository that starts alike', token: job({ repository: 'acme/app2' }), ...NO_RULE },
  { name: 'of a repository that ends alike', token: job({ repository: 'x/acme/app' }), ...NO_RULE },
  { name: 'of a repository in other letters', token: job({ repository: 'Acme/app' }), ...NO_RULE },
  { name: 'of a repository and a line end', token: job({ repository: 'acme/app\n' }), ...NO_RULE },
  { name: 'of no repository', token: job({ repository: undefined }), ...NO_RULE },
  { name: 'of a list of repositories', token: job({ repository: ['acme/app'] }), ...NO_RULE },
  { name: 'of a list of two repositories', token: job({ repository: ['acme/app', 'eve/app'] }), ...NO_RULE },
  {
    name: 'of an object for a repository',
    token: job({ repository: { repository: 'acme/app' } }),
    ...NO_RULE,
  },
  {
    name: 'of a repository inside another claim',
    token: job({
      repository: undefined,
      job: JOB_CLAIMS,
      list: [JOB_CLAIMS],
      text: JSON.stringify(JOB_CLAIMS),
    }),
    ...NO_RULE,
  },
  {
    name: 'with text that reads like a claim',
    token: job({ repository: 'eve/app', x: '","repository":"acme/app' }),
    ...NO_RULE,
  },
  {
    name: 'with a name that reads like a claim',
    token: job({ repository: 'eve/app', '":"","repository":"acme/app","': 'x' }),
    ...NO_RULE,
  },
  { name: 'of a pull request', token: job({ ref: 'refs/pull/7/merge' }), ...NO_RULE },
  { name: 'of another branch', token: job({ ref: 'refs/heads/main2' }), ...NO_RULE },
  { name: 'of a branch by its short name', token: job({ ref: 'main' }), ...NO_RULE },
  { name: 'of no ref', token: job({ ref: undefined }), ...NO_RULE },
  { name: 'of no environment', token: job({ environment: undefined }), ...NO_RULE },
  { name: 'of an empty environment', token: job({ environment: '' }), ...NO_RULE },
  { name: 'of no known environment', token: job({ environment: null }), ...NO_RULE },
  { name: 'of a list of environments', token: job({ environment: ['prod'] }), ...NO_RULE },
  {
    name: 'of a fork: the name, with another owner',
    token: job({ repository: 'acme/tools', repository_owner: 'eve', repository_owner_id: '66' }),
    ...NO_RULE,
  },
  {
    name: 'with a number where text is due',
    token: job({ repository: 'acme/tools', repository_owner_id: 42 }),
    ...NO_RULE,
  },
  {
    name: 'with true where text is due',
    token: job({ ...UNNAMED, project_path: 'acme/lab', ref_protected: true }),
    ...NO_RULE,
  },
  {
    name: 'of a branch that is not protected',
    token: job({ ...UNNAMED, project_path: 'acme/lab', ref_protected: 'false' }),
    ...NO_RULE,
  },
  {
    name: 'of another service account',
    token: job({ ...UNNAMED, sub: 'system:serviceaccount:ops:x' }),
    ...NO_RULE,
  },
  {
    name: 'with one rule’s repository and another’s environment',
    token: job({ repository: 'acme/space', environment: 'prod' }),
    ...NO_RULE,
  },
]

/** Nobody passes by the rule for the others. */
export function forgerySuite(): void {
  const world = twoIssuers()

  it.each(forgeries)('refuses a token $name', async ({ token, status, why }) => {
    const mark = crypto.randomUUID()
    const before = world.upstream.arrivals.length
    const answer = await world.send(`${TRACE}?${mark}`, { token: await token(world, mark) })
    const challenge = String(answer.headers['www-authenticate'])
    expect([answer.status, challenge]).toEqual([
      status,
      expect.stringMatching(/^Bearer realm="traces", error="/),
    ])
    expect(world.upstream.arrivals.length).toBe(before)
    const line = await world.gateway.line(mark)
    expect(line).toMatchObject({ status, why })
    if (why === 'unverified') expect(line).toMatchObject({ sub: '', iss: '', repository: '' })
    expect(world.people.requests.concat(world.workloads.requests)).not.toContain('/introspection')
  })

  it.each([
    '{["a"]}',
    '{[["a"]]',
    '{{["a"],"b"}',
    '{"iss":',
    '{"iss":"x',
    '{"iss":"\\',
    '{"a":"b"}}}]]]"iss":"c"',
    '{,,:"",""}',
    '{"a":{"b":["c",{"d":"e"',
    `{"a":${'['.repeat(5000)}`,
  ])('answers 401 to a token whose claims are no JSON: %#', async (text) => {
    const part = (value: string) => Buffer.from(value).toString('base64url')
    const token = `${part('{"alg":"RS256"}')}.${part(text)}.${part('signature')}`
    expect((await world.send(TRACE, { token })).status).toBe(401)
    expect((await world.send(TRACE, { token: await world.workloads.sign(text) })).status).toBe(401)
  })

  it.each(['foreign', 'none', 'public-key-as-secret'] as const)(
    'refuses a job signed by: %s',
    async (signer) => {
      expect((await world.send(TRACE, { token: await world.job({}, signer) })).status).toBe(401)
    },
  )
}

/** An issuer of workloads whose metadata bear the name of the people’s: it could otherwise sign for any person. */
export function pretenderSuite(): void {
  const world = twoIssuers({ isPretender: true })

  it('believes neither name', async () => {
    const { people, workloads } = world
    const tokens: string[] = []
    for (const claims of [{}, { scope: 'traces:read', aud: 'api://traces', sub: 'ada@example.com' }]) {
      const { iss: _, ...rest } = payload(await world.job(claims))
      const more = JSON.stringify(rest).slice(1)
      tokens.push(
        await world.job(claims),
        await world.job({ ...claims, iss: people.issuer }),
        await world.job({ ...claims, iss: people.issuer, x: { iss: workloads.issuer } }),
        // Another reader might take the first of two names, or read letters that stand for others.
        await workloads.sign(`{"iss":"${people.issuer}","iss":"${workloads.issuer}",${more}`),
        await workloads.sign(`{"iss":"${workloads.issuer}","iss":"${people.issuer}",${more}`),
        await workloads.sign(`{"iss":"${workloads.issuer}","\\u0069ss":"${people.issuer}",${more}`),
        await workloads.sign(`{"\\u0069ss":"${people.issuer}","iss":"${workloads.issuer}",${more}`),
      )
    }
    for (const token of tokens) expect((await world.send(TRACE, { token })).status).toBe(401)
    expect((await world.send(TRACE, { token: await people.mint() })).status).toBe(200)
    expect(world.upstream.arrivals).toHaveLength(1)
  })
}

const payload = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
