import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

/** Issuers that are none, as people paste them: what each door says, and that nothing is kept. */
let world: World
let asked: string[]
beforeEach(async () => {
  world = await openWorld()
  asked = []
})
afterEach(() => world.close())

/** The other side, as it answers every address: hosts of real providers cannot be had on loopback. */
function answers(status: number, body: unknown): void {
  world.override = {
    http: async () => ({
      send: async ({ url }) => {
        asked.push(url.href)
        const text = typeof body === 'string' ? body : JSON.stringify(body)
        return { status, headers: {}, body: Buffer.from(text) }
      },
      certificateIssuer: async () => undefined,
      proxyOf: async () => undefined,
    }),
  }
}

const COGNITO = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123'
const rows: { issuer: string; status: number; body: unknown; hint: RegExp }[] = [
  {
    issuer: 'https://acme.auth.eu-west-1.amazoncognito.com',
    status: 404,
    body: '<h1>Not found</h1>',
    hint: /That is the sign-in domain, not the issuer\. Use https:\/\/cognito-idp\./,
  },
  {
    issuer: COGNITO,
    status: 200,
    body: { issuer: COGNITO, jwks_uri: `${COGNITO}/.well-known/jwks.json` },
    hint: /The user pool has no domain yet/,
  },
  {
    issuer: 'https://acme.okta.com/oauth2/default',
    status: 401,
    body: { errorCode: 'E0000015', errorSummary: 'You do not have permission to access the feature' },
    hint: /no API Access Management.*https:\/\/<domain>/,
  },
  {
    issuer: 'https://id.example/typo',
    status: 404,
    body: '',
    hint: /There is no OpenID Connect provider at https:\/\/id\.example\/typo/,
  },
  {
    issuer: 'https://id.example',
    status: 403,
    body: '<html>secret words: blocked by policy',
    hint: /A proxy or a firewall on the way may have answered/,
  },
  { issuer: 'https://id.example', status: 429, body: 'secret words', hint: /Wait, then try again\./ },
  { issuer: 'https://id.example', status: 302, body: '', hint: /follows no redirect/ },
  { issuer: 'https://id.example', status: 503, body: 'secret words', hint: /a problem of its own/ },
  {
    issuer: 'https://id.example',
    status: 200,
    body: '<html>secret words',
    hint: /There is no OpenID Connect/,
  },
  {
    issuer: 'https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0',
    status: 200,
    body: {
      issuer: 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0',
      token_endpoint: 'https://login.microsoftonline.com/x',
      jwks_uri: 'https://login.microsoftonline.com/y',
    },
    hint: /tenant's GUID/,
  },
]

const EXITS: Readonly<Record<number, number>> = { 404: 2 }

describe.each(rows)('$issuer answering $status', ({ issuer, status, body, hint }) => {
  it('profile add, login and doctor give the same advice, and nothing of the body', async () => {
    answers(status, body)
    const flags = `--issuer ${issuer} --client-id x`
    for (const line of [`profile add work ${flags}`, `login ${flags}`]) {
      const { exit, stderr } = await world.type(`ls-auth ${line}`)
      // A wrong issuer stays wrong: 2. Another answer may change: 6; what is untrue is 10.
      expect(exit).toBe(EXITS[status] ?? (issuer.includes('microsoft') ? 10 : 6))
      expect(stderr.split('\n')[1]).toMatch(hint)
      expect(stderr).not.toContain('secret words')
    }
    await world.writeConfig(`[profiles.work]\nissuer = "${issuer}"\nclient_id = "x"\n`)
    const { stdout } = await world.type('ls-auth doctor')
    expect(stdout.replace(/\n +/g, ' ')).toMatch(new RegExp(`FAIL +issuer .*${hint.source}`))
    expect(asked[0]).toBe(`${issuer}/.well-known/openid-configuration`)
  })
})

/** Okta itself has judged: nothing on the way has answered, and there is a provider. */
const ASK = /^hint: Ask whoever runs the identity provider, with this code\.$/m
it.each([
  [400, 'E0000001', 'Api validation failed', ASK],
  [401, 'E0000004', 'Authentication failed', ASK],
  [403, 'E0000006', 'You do not have permission', ASK],
  [
    403,
    'E0000015',
    'You do not have permission',
    /^hint: This Okta organization has no API Access Management/m,
  ],
  [404, 'E0000007', 'Not found: Resource not found: typo', ASK],
  [408, 'E0000009', 'Request timeout', /^hint: Wait a little, then try again\.$/m],
  [429, 'E0000047', 'API call exceeded rate limit', /^hint: Wait, then try again\.$/m],
  [500, 'E0000009', 'Internal \u001b[2JServer Error', /^hint: The provider has a problem of its own/m],
])(
  "HTTP %i with the error %s in Okta's own form: its words are told, with a hint that fits",
  async (status, errorCode, errorSummary, hint) => {
    answers(status, { errorCode, errorSummary, errorId: 'secret words' })
    const { stderr } = await world.type(
      'ls-auth login --issuer https://acme.okta.com/oauth2/typo --client-id x',
    )
    expect(stderr).toContain(`(HTTP ${status})\n`)
    expect(stderr).toContain(`\n  ${errorCode}: ${errorSummary.replace('\u001b', '\\u{1b}')}\n`)
    expect(stderr).toMatch(hint)
    expect(stderr).not.toContain('secret words')
  },
)

describe('issuers at which nobody signs in', () => {
  it.each([
    'https://acme.awsapps.com/start',
    'https://identitycenter.amazonaws.com/ssoins-1234567890abcdef',
    'https://oidc.eu-west-1.amazonaws.com',
  ])('%s is IAM Identity Center: explained before anybody is asked', async (issuer) => {
    answers(500, '')
    for (const line of ['profile add work', 'login']) {
      const { exit, stderr } = await world.type(`ls-auth ${line} --issuer ${issuer} --client-id x`)
      expect(exit).toBe(2)
      expect(stderr).toContain('no OpenID Connect provider: it gives no ID tokens')
    }
    await world.writeConfig(`[profiles.work]\nissuer = "${issuer}"\nclient_id = "x"\n`)
    const { exit, stdout } = await world.type('ls-auth doctor')
    expect(exit).toBe(5)
    expect(stdout).toMatch(/^FAIL +issuer +nobody can sign in at AWS IAM Identity Center/m)
    expect(asked).toEqual([])
  })

  it.each([
    ['https://token.actions.githubusercontent.com', 'id-token: write'],
    ['https://abc12345-def4-56ab-c789-d012ef345678.tokens.sts.global.api.aws', 'sts:GetWebIdentityToken'],
  ])('%s gives tokens to programs: a profile without a client, and no redirect URI', async (issuer, step) => {
    answers(200, { issuer, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks`, keys: [{}] })
    const added = await world.type(`ls-auth profile add ci --issuer ${issuer}`)
    expect(added.exit).toBe(0)
    expect(added.stderr).toContain(step)
    expect(added.stderr).toContain('a program passes its token in LS_AUTH_TOKEN')
    expect(added.stderr).not.toContain('redirect')
    const login = await world.type('ls-auth login')
    expect(login).toMatchObject({ exit: 2, stderr: expect.stringContaining('passes it in LS_AUTH_TOKEN') })
    const whoami = await world.type('ls-auth whoami')
    expect(whoami).toMatchObject({ exit: 2, stderr: expect.stringContaining('its token in LS_AUTH_TOKEN') })
    const doctor = await world.type('ls-auth doctor')
    expect(doctor.stdout).toMatch(/^warn +session .*\n +→ A program passes its token in LS_AUTH_TOKEN/m)
    expect(doctor.stdout).not.toMatch(/^\w+ +(redirect|PKCE|keychain)/m)
  })
})
