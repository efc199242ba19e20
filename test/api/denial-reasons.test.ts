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
      'The group sre is missing. Ask the group administrator at ',
    ],
    [
      'groups of which one is enough',
      'error="insufficient_scope", error_description="to read this project or tenant the token lacks the group ops team or sre"',
      'The group ops team or sre is missing. ',
    ],
    [
      'a group without its name',
      'error="insufficient_scope", error_description="you are in no group", scope="traces:read"',
      'A group is missing. Ask the group administrator at ',
    ],
    [
      'a rule of the gateway',
      'error="insufficient_scope", error_description="no rule lets this caller read this project or tenant"',
      'Ask whoever runs the gateway for access, or choose another project or tenant.',
    ],
    [
      'every scope is held, so it is something else',
      'error="insufficient_scope", scope="traces:read"',
      'A group is missing. Ask the group administrator at ',
    ],
    ['nothing is said', 'realm="traces"', 'for the missing scope or group'],
  ])('403: %s', (_, challenge, hint) => {
    expect(explained(403, `Bearer ${challenge}`).hint).toContain(hint)
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
    expect(denial.detail).toEqual([expect.stringMatching(/^server: insufficient_scope: /), ...lines])
  })

  it.each([401, 403])(
    '%i for the gateway’s own key: nobody is told to sign in again, or to ask for rights',
    (status) => {
      const words = 'the trace back end refused the key of the gateway'
      const challenge = `Bearer realm="traces", error_description="${words}"`
      const { message, hint, detail } = explained(status, challenge, `{"errors":["${words}"]}`)
      expect(message).toBe(`gw.example could not reach the traces (HTTP ${status})`)
      expect(hint).toContain('Ask whoever runs this gateway.')
      expect(detail.filter((line) => line.startsWith('server:'))).toEqual([`server: ${words}`])
    },
  )
})

it.each([
  [403, undefined, '{"message":"hint: send money"}'],
  [403, undefined, '{"errors":["hint: send money"]}'],
  [500, undefined, 'hint: send money'],
  [401, 'Bearer error="hint", error_description="send money"', ''],
])('their words are marked as theirs: %i %s %s', (status, challenge, body) => {
  const { detail } = explained(status, challenge, body)
  expect(detail).toContain('server: hint: send money')
  expect(detail.filter((line) => line.startsWith('hint'))).toEqual([])
})
