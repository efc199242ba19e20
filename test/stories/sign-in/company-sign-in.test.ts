import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mint } from '../../world/canaries.ts'
import { ASSERTED, ID_JAG, JWT_BEARER, TOKEN_EXCHANGE } from '../../world/provider/workloads.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

/** ID-JAG: a person signs in at the company; the API's own server takes the company's word for it. */

const SECRET = 'the-secret-at-the-api-server'
let company: Provider
let server: Provider
let world: World

beforeEach(async () => {
  mint(SECRET)
  const clients = [
    {
      client_id: 'at-server',
      client_secret: SECRET,
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: [],
      response_types: [],
      scope: 'traces:read',
      grant_types: [JWT_BEARER],
    },
  ]
  server = await startProvider({ workloads: { clients, assertions: { takenFrom: () => company.issuer } } })
  company = await startProvider({
    workloads: { clients: [], assertions: { madeFor: () => ({ [server.issuer]: 'at-server' }) } },
  })
  world = await openWorld({
    visitor: { user: 'alice' },
    secrets: () => [...company.secrets, ...server.secrets, SECRET],
  })
  const secretFile = join(world.home, 'secret')
  await writeFile(secretFile, `${SECRET}\n`, { mode: 0o600 })
  world.variables.LS_AUTH_CLIENT_SECRET_FILE = secretFile
  await profile()
})
afterEach(() => Promise.all([company.close(), server.close(), world.close()]))

const profile = (more = '', identity = company.issuer) =>
  world.writeConfig(
    `[profiles.work]\nissuer = "${server.issuer}"\nclient_id = "at-server"\nclient_auth = "client_secret_basic"\n` +
      `scopes = ["traces:read"]\nresource = "api://traces"\napi = "https://gw.example"\n\n` +
      `[profiles.work.identity]\nissuer = "${identity}"\nclient_id = "${company.clientId}"\n${more}`,
  )
const login = () => world.type('ls-auth login --port 0')
const token = async () => {
  const { exit, stdout, stderr } = await world.type('ls-auth token')
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  return stdout.trim()
}
const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
const legs = () => ({
  refresh: company.count('POST', '/token', 'refresh_token'),
  first: company.count('POST', '/token', TOKEN_EXCHANGE),
  second: server.count('POST', '/token', JWT_BEARER),
  browser: company.count('GET', '/auth') + server.count('GET', '/auth'),
})
const host = (one: Provider) => new URL(one.issuer).host

describe('one sign-in at the company', () => {
  it('gives a token of the API’s own server, which is renewed without a browser', async () => {
    const signedIn = await login()
    expect({ exit: signedIn.exit, stderr: signedIn.stderr }).toMatchObject({ exit: 0 })
    const { browser } = legs()
    expect(legs()).toMatchObject({ refresh: 0, first: 1, second: 1 })
    const first = await token()
    expect(claimsOf(first)).toMatchObject({ iss: server.issuer, aud: 'api://traces', scope: 'traces:read' })
    const asked = company.requests.find(({ grantType }) => grantType === TOKEN_EXCHANGE)?.parameters
    expect(Object.fromEntries(asked ?? [])).toMatchObject({
      requested_token_type: ID_JAG,
      audience: server.issuer,
      resource: 'api://traces',
      scope: 'traces:read',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    })

    // The access token has ended, the assertion has not.
    world.clockOffset += ASSERTED.token * 1000
    const second = await token()
    expect(second).not.toBe(first)
    expect(legs()).toEqual({ refresh: 0, first: 1, second: 2, browser })

    // Both have ended.
    world.clockOffset += ASSERTED.assertion * 1000
    const third = await token()
    expect(third).not.toBe(second)
    expect(legs()).toEqual({ refresh: 1, first: 2, second: 3, browser })

    // And again, with the refresh token that the company has rotated to.
    world.clockOffset += ASSERTED.assertion * 1000
    await token()
    expect(legs()).toEqual({ refresh: 2, first: 3, second: 4, browser })
  })

  it('sends nothing of one server to the other', async () => {
    await login()
    const mine = await token()
    await world.type('ls-auth whoami')
    await world.type('ls-auth whoami --verify')
    await world.type('ls-auth logout')
    const seen = (one: Provider) => one.requests.map(({ parameters }) => String(parameters)).join('\n')
    expect(seen(company)).not.toContain(mine)
    for (const { grantType, path, parameters } of server.requests)
      if (path === '/token') expect([grantType, parameters.has('refresh_token')]).toEqual([JWT_BEARER, false])
  })

  it('is shown by whoami: both issuers, both signatures', async () => {
    await login()
    const { exit, stdout } = await world.type('ls-auth whoami --verify')
    expect(exit).toBe(0)
    expect(stdout).toContain(company.issuer)
    expect(stdout).toMatch(new RegExp(`API tokens by +${server.issuer}`))
    expect(stdout.match(/signature verified/g)).toHaveLength(2)
  })

  it('ends at both by logout', async () => {
    await login()
    const { exit } = await world.type('ls-auth logout')
    expect(exit).toBe(0)
    expect(company.revocations()).toBe(1)
    expect(company.revocations('access_token')).toBe(0)
    // It is asked to; this server revokes no token that APIs check by themselves.
    expect(server.count('POST', '/token/revocation')).toBe(1)
    expect(company.liveRefreshTokens()).toBe(0)
    expect(world.keychain.items.size).toBe(0)
  })

  it('is of these two servers: a profile that names another is not signed in', async () => {
    await login()
    const before = legs()
    await profile('', 'http://127.0.0.1:9')
    const other = await world.type('ls-auth token')
    expect(other.exit).not.toBe(0)
    expect(other.stderr).toContain('has another issuer now')
    await world.writeConfig(
      `[profiles.work]\nissuer = "${company.issuer}"\nclient_id = "${company.clientId}"\napi = "https://gw.example"\n`,
    )
    const without = await world.type('ls-auth token')
    expect(without.exit).not.toBe(0)
    expect(legs()).toEqual(before)
  })
})

describe('beside it', () => {
  it('a sign-in whose profile is gone is ended by logout --all', async () => {
    await login()
    await world.writeConfig('')
    const { exit } = await world.type('ls-auth logout --all')
    expect(exit).toBe(0)
    expect(company.liveRefreshTokens()).toBe(0)
    expect(world.keychain.items.size).toBe(0)
  })

  it('the table is typed, key by key; half of it is an error with the command that completes it', async () => {
    await world.writeConfig(
      `[profiles.work]\nissuer = "${server.issuer}"\nclient_id = "at-server"\napi = "https://gw.example"\n`,
    )
    const first = await world.type(`ls-auth profile set identity.issuer ${company.issuer}`)
    expect(first.exit).toBe(0)
    const half = await world.type('ls-auth token')
    expect({ exit: half.exit, stderr: half.stderr }).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('ls-auth profile set identity.client_id ID --profile work'),
    })
    expect((await world.type(`ls-auth profile set identity.client_id ${company.clientId}`)).exit).toBe(0)
    expect((await world.type('ls-auth token')).exit).toBe(3)
    expect((await world.type('ls-auth profile set identity.isuer x')).exit).toBe(2)
    expect((await world.type('ls-auth profile set use_token id')).exit).toBe(2)
    expect((await world.type('ls-auth profile set dpop true')).exit).toBe(2)
  })
})

describe('refused', () => {
  const refuse = (one: Provider, grant: string, error = 'access_denied') => {
    one.tamper.intercept = (_request, response, body) => {
      if (new URLSearchParams(String(body)).get('grant_type') !== grant) return false
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error }))
      return true
    }
  }

  it.each(['first', 'second'])('the %s leg at login: exit 11, its host, nothing is kept', async (leg) => {
    const one = leg === 'first' ? company : server
    refuse(one, leg === 'first' ? TOKEN_EXCHANGE : JWT_BEARER)
    const { exit, stderr } = await login()
    expect(exit).toBe(11)
    expect(stderr).toMatch(new RegExp(`^error: ${host(one)} refused`, 'm'))
    expect(world.keychain.items.size).toBe(0)
    expect(company.liveRefreshTokens()).toBe(0)
  })

  it.each(['first', 'second'])('the %s leg at a renewal: exit 11, and the sign-in is kept', async (leg) => {
    const one = leg === 'first' ? company : server
    await login()
    world.clockOffset += ASSERTED.assertion * 2000
    refuse(one, leg === 'first' ? TOKEN_EXCHANGE : JWT_BEARER, 'invalid_grant')
    const { exit, stderr } = await world.type('ls-auth token')
    expect(exit).toBe(11)
    expect(stderr).toMatch(new RegExp(`^error: ${host(one)} refused`, 'm'))
    one.tamper = {}
    await token()
    expect(legs().refresh).toBe(2)
  })

  it('a kept assertion, which the server takes once: a new one is asked for', async () => {
    await login()
    world.clockOffset += ASSERTED.token * 1000
    let isFirst = true
    server.tamper.intercept = (_request, response, body) => {
      if (!isFirst || !String(body).includes('assertion=')) return false
      isFirst = false
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end('{"error":"invalid_grant"}')
      return true
    }
    await token()
    expect(legs()).toMatchObject({ refresh: 1, first: 2 })
  })

  it('never follows a redirect with the assertion', async () => {
    server.tamper.intercept = (_request, response, body) => {
      if (!String(body).includes('assertion=')) return false
      response.writeHead(307, { location: `${company.issuer}/caught` })
      response.end()
      return true
    }
    expect((await login()).exit).not.toBe(0)
    expect(company.count('POST', '/caught')).toBe(0)
  })
})
