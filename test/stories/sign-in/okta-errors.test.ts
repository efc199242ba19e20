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

it.each([
  ['no such code', { errorCode: 'oops\n', errorSummary: 'x' }],
  ['no text', { errorCode: 7, errorSummary: {} }],
])('%s: the status alone', async (_, body) => {
  answers(400, body)
  const { stderr } = await login()
  expect(stderr).toContain('error: the provider could not sign in (HTTP 400)\n')
  expect(stderr).not.toContain('oops')
})
