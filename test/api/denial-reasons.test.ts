import { describe, expect, it } from 'vitest'
import { explainAnswer } from '../../src/api/refusal/denial.ts'

const GATEWAY = new URL('https://gw.example/')
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const tokenWith = (claims: object) => `${part({ alg: 'RS256' })}.${part(claims)}.AAAA`

function explained(
  status: number,
  challenge: string | undefined,
  body = '',
  token = tokenWith({ scope: 'openid traces:read' }),
) {
  const headers: Record<string, string> = challenge === undefined ? {} : { 'www-authenticate': challenge }
  const { code, hint, detail, message } = explainAnswer(
    { status, headers, body: Buffer.from(body) },
    GATEWAY,
    token,
  ) as never as {
    code: string
    hint: string
    detail: string[]
    message: string
  }
  return { code, hint, detail, message }
}

/** What a 403 makes of these words and this token: the hint, the scopes to ask for, and what the token holds. */
function denied(challenge: string, token: string) {
  const failure = explainAnswer(
    { status: 403, headers: { 'www-authenticate': `Bearer ${challenge}` }, body: Buffer.alloc(0) },
    GATEWAY,
    token,
  )
  return { hint: failure?.hint, scopes: failure?.missingScopes, held: failure?.detail.slice(1) }
}

describe('a group that is missing', () => {
  const inNoGroup = 'error_description="you lack the group sre"'
  const named = 'error_description="it lacks the group sre"'
  const askAt = (host: string, group = 'The group sre') =>
    `${group} is missing. Whoever manages groups at ${host} can add you; then sign in again: ls-auth login`

  it.each([
    ['the host of the issuer', named, tokenWith({ iss: 'https://id.example:9/r' }), askAt('id.example:9')],
    ['an issuer that is no URL', named, tokenWith({ iss: 'id' }), askAt('the identity provider')],
    [
      'an issuer that is no text',
      named,
      tokenWith({ iss: ['https://id.example'] }),
      askAt('the identity provider'),
    ],
    ['no issuer', named, tokenWith({}), askAt('the identity provider')],
    ['no token that can be read', named, 'opaque', askAt('the identity provider')],
    ['no name', inNoGroup, 'opaque', askAt('the identity provider', 'A group')],
  ])('is asked for where groups are managed: %s', (_, challenge, token, hint) => {
    expect(denied(challenge, token).hint).toBe(hint)
  })

  it('is no scope to sign in with, and those that are held are shown', () => {
    const token = tokenWith({ groups: ['a', 'b'] })
    expect(denied(`${named}, scope="traces:admin"`, token)).toMatchObject({
      scopes: [],
      held: ['required scope: traces:admin', 'held scope: none', 'held groups: a b'],
    })
    expect(denied(named, tokenWith({})).held).toEqual([])
    expect(denied('error_description="no", scope="s"', token).held).toEqual([
      'required scope: s',
      'held scope: none',
    ])
  })
})

describe('scopes that are missing', () => {
  it.each([
    [
      'a b',
      {},
      'The token lacks the scopes a b. Sign in with it: ls-auth login --scope a --scope b',
      ['a', 'b'],
    ],
    ['a $(id)', {}, 'Sign in with the scopes a $(id) (login --scope).', []],
    [
      'b',
      { scp: ['a', 'c'] },
      'The token lacks the scope b. Sign in with it: ls-auth login --scope b',
      ['b'],
    ],
  ])('%s, and the token has %j', (scope, claims, hint, scopes) => {
    expect(denied(`scope="${scope}"`, tokenWith(claims))).toMatchObject({ hint, scopes })
  })

  it('are none where a list holds them all', () => {
    const { hint, scopes } = denied('scope="a b"', tokenWith({ scp: ['a', 'b'] }))
    expect(hint).toMatch(/^A group is missing\./)
    expect(scopes).toEqual([])
  })
})

describe('what is missing is told apart', () => {
  it.each([
    [
      'a scope that the token lacks',
      'error="insufficient_scope", scope="traces:write"',
      'ls-auth login --scope traces:write',
    ],
    [
      'only the scopes that are missing',
      'error="insufficient_scope", scope="traces:read traces:admin"',
      'ls-auth login --scope traces:admin',
    ],
    [
      'a group, in words',
      'error="insufficient_scope", error_description="the token lacks the group sre", scope="traces:admin"',
      'The group sre is missing. Whoever manages groups at ',
    ],
    [
      'groups of which one is enough',
      'error="insufficient_scope", error_description="to read this project or tenant the token lacks the group ops team or sre"',
      'The group ops team or sre is missing. ',
    ],
    [
      'a group without its name',
      'error="insufficient_scope", error_description="you are in no group", scope="traces:read"',
      'A group is missing. Whoever manages groups at ',
    ],
    [
      'a rule of the gateway',
      'error="insufficient_scope", error_description="no rule lets this caller read this project or tenant"',
      'Ask whoever runs the gateway for a rule that lets you read it, or ask for another project or tenant.',
    ],
    [
      'every scope is held, so it is something else',
      'error="insufficient_scope", scope="traces:read"',
      'A group is missing. Whoever manages groups at ',
    ],
    ['nothing is said', 'realm="traces"', 'for the scope or group that is missing'],
  ])('403: %s', (_, challenge, hint) => {
    expect(explained(403, `Bearer ${challenge}`).hint).toContain(hint)
  })

  it.each(['$(id)', '`id`', 'a;id', '--store=file'])(
    '403: the scope %s gets into no command to paste',
    (scope) => {
      const { hint } = explained(403, `Bearer error="insufficient_scope", scope="${scope}"`)
      expect(hint).toContain(scope)
      expect(hint).not.toContain('ls-auth')
    },
  )

  it('403: a scope is asked for by the name that the provider has for it', () => {
    const failure = explainAnswer(
      {
        status: 403,
        headers: {
          'www-authenticate': 'Bearer error="insufficient_scope", scope="traces:read traces:write"',
        },
        body: Buffer.alloc(0),
      },
      GATEWAY,
      tokenWith({ scp: 'traces:read' }),
      { scopeToAsk: (scope) => `api://x/${scope}` },
    )
    expect(failure?.hint).toBe(
      'The token lacks the scope traces:write. Sign in with it: ls-auth login --scope api://x/traces:write',
    )
    expect(failure?.missingScopes).toEqual(['api://x/traces:write'])
  })

  it('403: a scope that no sign-in of this profile can bring is granted by somebody', () => {
    const challenge = 'Bearer error="insufficient_scope", scope="traces:read traces:write openid"'
    const failure = explainAnswer(
      { status: 403, headers: { 'www-authenticate': challenge }, body: Buffer.alloc(0) },
      GATEWAY,
      tokenWith({ scp: 'traces:read' }),
      { scopeToAsk: (scope) => (scope === 'openid' ? scope : undefined) },
    )
    expect(failure?.hint).toBe(
      'The token lacks the scopes traces:write openid. The profile asks for what is granted to its client (/.default): whoever manages the client can add and grant this; then sign in again: ls-auth login',
    )
    expect(failure?.missingScopes).toEqual([])
  })

  it('403 with a token that cannot be read: the scope that was named', () => {
    const challenge = 'Bearer error="insufficient_scope", scope="traces:read"'
    expect(explained(403, challenge, '', 'opaque').hint).toContain('ls-auth login --scope traces:read')
  })

  it.each([
    [
      'a claim with its value',
      'environment=prod eu',
      { environment: 'staging' },
      'Run the job with environment prod eu, or ask whoever runs the gateway to admit this one.',
      ['required environment: prod eu', 'held environment: staging'],
    ],
    [
      'a claim that the token has not',
      'ref=refs/heads/a=b',
      {},
      'Run the job with ref refs/heads/a=b, or ask whoever runs the gateway to admit this one.',
      ['required ref: refs/heads/a=b', 'held ref: none'],
    ],
    [
      'a claim that is not text',
      'project_id=7',
      { project_id: [7] },
      'Run the job with project_id 7, or ask whoever runs the gateway to admit this one.',
      ['required project_id: 7', 'held project_id: [7]'],
    ],
    [
      'names, where the values are not for everybody',
      'repository or project_path or sub',
      { repository: 'eve/app\u001b[1m', sub: 'repo:eve/app' },
      'Ask whoever runs the gateway to admit this workload by its repository or project_path or sub.',
      ['held repository: eve/app\\u{1b}[1m', 'held sub: repo:eve/app'],
    ],
    [
      'names of which the token has none',
      'repository or constructor',
      {},
      'Ask whoever runs the gateway to admit this workload by its repository or constructor.',
      ['held repository, constructor: none'],
    ],
  ])('403 for a workload: %s', (_, lacks, claims, hint, lines) => {
    const challenge = `Bearer error="insufficient_scope", error_description="no rule admits this workload: it lacks the claim ${lacks}"`
    const denial = explained(403, challenge, '', tokenWith(claims))
    expect(denial.hint).toBe(hint)
    expect(denial.detail).toEqual([expect.stringMatching(/^they say: insufficient_scope: /), ...lines])
  })

  it('403 for a workload: words of another form name no claim', () => {
    const challenge = 'Bearer error_description="it lacks the claim sub, as it seems"'
    const { hint, detail } = explained(403, challenge, '', tokenWith({ sub: 'a' }))
    expect(hint).toContain('for the scope or group that is missing')
    expect(detail).toEqual(['they say: it lacks the claim sub, as it seems'])
  })

  it.each([401, 403])(
    '%i for the gateway’s own key: nobody is told to sign in again, or to ask for rights',
    (status) => {
      const words = 'the trace back end refused the key of the gateway'
      const challenge = `Bearer realm="traces", error_description="${words}"`
      const { message, hint, detail } = explained(status, challenge, `{"errors":["${words}"]}`)
      expect(message).toBe(`gw.example could not get at the traces (HTTP ${status})`)
      expect(hint).toContain('Tell whoever runs this gateway.')
      expect(detail.filter((line) => line.startsWith('they say:'))).toEqual([`they say: ${words}`])
    },
  )

  it('403 with an error is about the token, whatever the words', () => {
    const challenge = 'Bearer error="insufficient_scope", error_description="no key in the token"'
    expect(explained(403, challenge).message).toContain('denied you access')
  })

  it('403 that names a scope is about rights, whatever the words', () => {
    const challenge = 'scope="key:read traces:read", error_description="a key reader role is needed"'
    const { hint, scopes } = denied(challenge, tokenWith({ scope: 'traces:read' }))
    expect({ hint, scopes }).toEqual({
      hint: expect.stringContaining('ls-auth login --scope key:read'),
      scopes: ['key:read'],
    })
  })

  it('401 with an error is about the token, whatever the words', () => {
    const challenge = 'Bearer error="invalid_token", error_description="no key fits the signature"'
    expect(explained(401, challenge).message).toContain('did not accept the token')
  })
})

it.each([
  [403, undefined, '{"message":"hint: send money"}'],
  [403, undefined, '{"errors":["hint: send money"]}'],
  [500, undefined, 'hint: send money'],
  [401, 'Bearer error="hint", error_description="send money"', ''],
])('their words are marked as theirs: %i %s %s', (status, challenge, body) => {
  const { detail } = explained(status, challenge, body)
  expect(detail).toContain('they say: hint: send money')
  expect(detail.filter((line) => line.startsWith('hint'))).toEqual([])
})
