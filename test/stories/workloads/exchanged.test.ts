import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listen } from '../../world/loopback-server.ts'
import { claimsOf, openPlace, type Place, SECRET } from './place.ts'

const PROOFS = 'audience = "https://proofs.example"'

let place: Place
beforeAll(async () => {
  place = await openPlace({ resources: ['api://traces', 'api://other'] })
})
afterAll(() => place.close())
beforeEach(() => {
  place.platform.claims = {}
  place.provider.tamper = {}
  delete place.world.variables.LS_AUTH_CLIENT_SECRET_FILE
})

const as = (clientId: string, workload: string, more = '') =>
  place.profile(workload, `issuer = "${place.provider.issuer}"\nclient_id = "${clientId}"\n${more}`)

describe.each([
  ['token-exchange', 'urn:ietf:params:oauth:grant-type:token-exchange'],
  ['jwt-bearer', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
])('a proof that is exchanged (%s)', (grant, type) => {
  const workload = `source = "github"\ngrant = "${grant}"\n${PROOFS}`

  it('becomes a token of the provider, with the scopes and the audience of the profile alone', async () => {
    await as('job-public', workload, 'scopes = ["traces:read"]\naudience = "api://traces"')
    const { exit, stdout, stderr } = await place.type('ls-auth token')
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(claimsOf(stdout)).toMatchObject({
      iss: place.provider.issuer,
      aud: 'api://traces',
      client_id: 'job-public',
      scope: 'traces:read',
    })
    const request = place.provider.requests.at(-1)
    expect(request?.grantType).toBe(type)
    expect(request?.parameters.get('resource')).toBe('api://traces')
    expect(place.platform.requests.at(-1)?.audience).toBe('https://proofs.example')
  })

  it('is for another scope and another API by flags', async () => {
    await as('job-public', workload, 'scopes = ["traces:read"]')
    const { stdout } = await place.type('ls-auth token --scope traces:write --audience api://other')
    expect(claimsOf(stdout)).toMatchObject({ scope: 'traces:write', aud: 'api://other' })
  })

  it('is refused for a wrong audience: exit 3, what the proof says, never a login', async () => {
    await as('job-public', `source = "github"\ngrant = "${grant}"\naudience = "https://wrong.example"`)
    const { exit, stdout, stderr } = await place.type('ls-auth token')
    expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' })
    expect(stderr).toMatch(/^error: the provider refused to give a token\n/)
    expect(stderr).toContain('invalid_grant: unexpected "aud" claim value')
    // This provider quotes the proof.
    expect(stderr).toContain('in [secret]')
    expect(stderr).toContain('the proof says aud = https://wrong.example')
    expect(stderr).toContain('hint: Compare issuer, audience and subject of the proof')
    expect(stderr).not.toContain('login')
  })
})

describe('client credentials', () => {
  const grants = async (): Promise<Record<string, unknown>> => {
    const { exit, stdout, stderr } = await place.type('ls-auth token')
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    return claimsOf(stdout)
  }

  it.each(['pem', 'jwk'] as const)('by a private key (%s)', async (form) => {
    const path = await place.file(`key.${form}`, place[form])
    const kid = form === 'pem' ? 'assertion_key_id = "job-1"' : ''
    await as(
      'job-key',
      `source = "none"\nclient_auth = "private_key_jwt"\nassertion_key = "${path}"\n${kid}`,
      'scopes = ["traces:read"]',
    )
    expect(await grants()).toMatchObject({ sub: 'job-key', scope: 'traces:read' })
    const form0 = place.provider.requests.at(-1)?.parameters
    expect(form0?.get('client_assertion_type')).toBe('urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    expect(form0?.has('client_secret')).toBe(false)
    const [header] = (form0?.get('client_assertion') ?? '').split('.')
    expect(JSON.parse(Buffer.from(header ?? '', 'base64url').toString())).toEqual({
      alg: 'ES256',
      kid: 'job-1',
    })
  })

  it.each(['client_secret_basic', 'client_secret_post'])('by a secret from a file (%s)', async (method) => {
    place.world.variables.LS_AUTH_CLIENT_SECRET_FILE = await place.file('secret', `${SECRET}\n`)
    await as(`job-${method}`, `source = "none"\nclient_auth = "${method}"`, 'scopes = ["traces:read"]')
    expect(await grants()).toMatchObject({ sub: `job-${method}` })
  })

  it.each([
    ['does not exist', undefined, 0o600, 'cannot be read or is empty'],
    ['can be read by others', 'pem', 0o644, 'can be read by others'],
    ['is no key', 'text', 0o600, 'holds no usable private key'],
    ['is too short', 'short', 0o600, 'is too short (1024 bits)'],
  ] as const)('a key file that %s: exit 2, before any request', async (_, content, mode, words) => {
    const texts = { pem: place.pem, text: 'nothing', short: shortKey() }
    const name = `${mode}-${content}.key`
    const path =
      content === undefined ? `${place.world.home}/${name}` : await place.file(name, texts[content], mode)
    await as('job-key', `source = "none"\nclient_auth = "private_key_jwt"\nassertion_key = "${path}"`)
    const before = place.provider.requests.length
    const { exit, stderr } = await place.type('ls-auth token')
    expect(exit).toBe(2)
    expect(stderr).toContain(`error: the assertion key ${path} ${words}\nhint: `)
    expect(place.provider.requests.length).toBe(before)
  })

  it('the proof as client assertion (RFC 7523 §2.2)', async () => {
    const { issuer, jwksUri } = place.platform
    const keys = createRemoteJWKSet(new URL(jwksUri))
    const forms: URLSearchParams[] = []
    const server = createServer(async (request, response) => {
      const own = `http://127.0.0.1:${listening.port}`
      const json = (value: unknown) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
      if (request.method === 'GET')
        return json({ issuer: own, token_endpoint: `${own}/token`, jwks_uri: `${own}/keys` })
      const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString())
      forms.push(form)
      await jwtVerify(form.get('client_assertion') ?? '', keys, { issuer, audience: 'api://exchange' })
      return json({ access_token: 'opaque-token-of-the-job', token_type: 'Bearer', expires_in: 300 })
    })
    const listening = await listen(server)
    try {
      await place.profile(
        'source = "github"\nclient_auth = "source_token"\naudience = "api://exchange"',
        `issuer = "http://127.0.0.1:${listening.port}"\nclient_id = "app"\nscopes = ["api://traces/.default"]`,
      )
      expect((await place.type('ls-auth token')).stdout).toBe('opaque-token-of-the-job\n')
      expect(Object.fromEntries(forms[0] ?? [])).toMatchObject({
        grant_type: 'client_credentials',
        client_id: 'app',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        scope: 'api://traces/.default',
      })
    } finally {
      await listening.close()
    }
  })
})

describe('a provider in trouble', () => {
  it.each([
    [503, 6],
    [429, 6],
  ])('answers %i: exit %i, for retrying may help', async (status, exit) => {
    await as('job-public', `source = "github"\ngrant = "token-exchange"\n${PROOFS}`)
    place.provider.tamper = {
      intercept(request, response) {
        if (request.url !== '/token') return false
        response.writeHead(status).end('<html>no</html>')
        return true
      },
    }
    const outcome = await place.type('ls-auth token')
    expect(outcome.exit).toBe(exit)
    expect(outcome.stderr).not.toContain('login')
  })
})

const shortKey = () =>
  generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
    format: 'pem',
    type: 'pkcs8',
  }) as string
