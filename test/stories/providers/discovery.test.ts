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
    hint: /This is the sign-in domain, not the issuer\. Use https:\/\/cognito-idp\./,
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
    hint: /A proxy or firewall may have answered/,
  },
  { issuer: 'https://id.example', status: 429, body: 'secret words', hint: /Wait, then try again\./ },
  { issuer: 'https://id.example', status: 302, body: '', hint: /does not follow redirects/ },
  { issuer: 'https://id.example', status: 503, body: 'secret words', hint: /The provider failed/ },
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
    // A provider that limits requests is asked nothing more.
    if (status !== 429) expect(asked).toContain(`${issuer}/.well-known/openid-configuration`)
  })
})
