import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

/** Okta has a form of its own for the errors that are not of OAuth: `errorCode` and `errorSummary`. */

let provider: Provider
let world: World
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
})
afterEach(async () => {
  provider.tamper = {}
  await world.close()
})

const login = (flags = '') =>
  world.type(
    `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --provider okta --port 0 ` +
      `--api https://gw.example --scopes "openid offline_access" ${flags}`,
  )
/** The token endpoint answers so. */
const answers = (status: number, body: object, headers: Readonly<Record<string, string>> = {}) => {
  provider.tamper.intercept = ({ url }, response) => {
    if (url !== '/token') return false
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    return true
  }
}

it('the message has the code and the words of it, and the status', async () => {
  answers(403, {
    errorCode: 'E0000006',
    errorSummary: 'You do not have \u001b[2Jpermission',
    errorLink: 'E0000006',
    errorId: 'oae1',
    errorCauses: [],
  })
  const { exit, stderr } = await login()
  expect(stderr).toContain('error: the provider could not sign in (HTTP 403)\n')
  expect(stderr).toContain('\n  E0000006: You do not have \\u{1b}[2Jpermission\n')
  expect(stderr).not.toContain('oae1')
  expect(exit).toBe(6)
})

it('what to do about it is told where it is known', async () => {
  answers(401, { errorCode: 'E0000015', errorSummary: 'You do not have permission' })
  expect((await login()).stderr).toContain('\nhint: This Okta organization has no API Access Management')
})

it.each([
  [401, 'E0000004'],
  [403, 'E0000006'],
  [403, 'E0000022'],
  [400, 'E0000001'],
])('no second try mends what %i %s says', async (status, errorCode) => {
  answers(status, { errorCode, errorSummary: 'No.' })
  const { exit, stderr } = await login()
  expect(stderr).toMatch(/\nhint: Ask whoever runs the identity provider, with this code\.\n/)
  expect(exit).toBe(6)
})

it.each([429, 500])('it may mend %i', async (status) => {
  answers(status, { errorCode: 'E0000009', errorSummary: 'Internal Server Error' })
  expect((await login()).stderr).toMatch(/\nhint: .*[Tt]ry again/)
})

it('the first of the causes stands behind the words', async () => {
  const errorCauses = [{ errorSummary: 'name: \u001b[2Jtoo long' }, { errorSummary: 'another' }]
  answers(400, { errorCode: 'E0000001', errorSummary: 'Api validation failed', errorCauses })
  const { stderr } = await login()
  expect(stderr).toContain('\n  E0000001: Api validation failed (name: \\u{1b}[2Jtoo long)\n')
  expect(stderr).not.toContain('another')
})

it.each([['x'], [[null]], [[{ errorSummary: 7 }]], [{}]])(
  'causes of another shape are none: %j',
  async (errorCauses) => {
    answers(400, { errorCode: 'E0000001', errorSummary: 'Api validation failed', errorCauses })
    expect((await login()).stderr).toContain('\n  E0000001: Api validation failed\n')
  },
)

it('a time to wait stays the hint', async () => {
  answers(
    429,
    { errorCode: 'E0000047', errorSummary: 'API call exceeded rate limit' },
    {
      'retry-after': '30',
    },
  )
  const { stderr } = await login()
  expect(stderr).toContain('\n  E0000047: API call exceeded rate limit\n')
  expect(stderr).toMatch(/^hint: .*30 ?s/m)
})

it('a long summary is cut', async () => {
  answers(500, { errorCode: 'E0000009', errorSummary: 'x'.repeat(5000) })
  const [line = ''] = /^ {2}E0000009: .*$/m.exec((await login()).stderr) ?? []
  expect(line.length).toBeGreaterThan(200)
  expect(line.length).toBeLessThan(340)
})

it.each([
  ['no such code', { errorCode: 'oops\n', errorSummary: 'x' }],
  ['no text', { errorCode: 7, errorSummary: {} }],
])('%s: the status alone', async (_, body) => {
  answers(400, body)
  const { stderr } = await login()
  expect(stderr).toContain('error: the provider could not sign in (HTTP 400)\n')
  expect(stderr).not.toContain('oops')
})
