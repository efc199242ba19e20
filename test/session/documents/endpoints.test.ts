import { expect, it } from 'vitest'
import type { Http } from '../../../src/ports/http.ts'
import { discover } from '../../../src/session/documents/metadata.ts'

/** Where metadata may send requests to: never to this machine or its network card, unless the issuer is there. */
const clock = { now: () => 1_800_000_000_000, sleep: async () => {} }

function answering(document: Record<string, unknown>): Http {
  const body = Buffer.from(JSON.stringify(document))
  return {
    send: async () => ({ status: 200, headers: {}, body }),
    certificateIssuer: async () => undefined,
    proxyOf: async () => undefined,
  }
}

const at = (issuer: string, endpoint: string) =>
  discover(
    issuer,
    { id: 'generic' },
    answering({ issuer, token_endpoint: endpoint, jwks_uri: `${issuer}/keys` }),
    clock,
  )

it.each([
  'https://idp.example/token',
  'https://login.other.example:8443/token',
  'https://10.0.0.5/token',
  'https://a.169.254.example/token',
  'https://localhost.example/token',
  'https://notlocalhost/token',
  'https://[2001:db8::1]/token',
  'https://[::ffff:10.0.0.5]/token',
])('%s is taken', async (endpoint) => {
  await expect(at('https://idp.example', endpoint)).resolves.toBeDefined()
})

it.each([
  ['http://idp.example/token', 'is not https'],
  ['ftp://idp.example/token', 'is not https'],
  ['http://127.0.0.1/token', 'is not https'],
  ['/token', 'is not a plain URL'],
  ['https://user@idp.example/token', 'is not a plain URL'],
  ['https://:secret@idp.example/token', 'is not a plain URL'],
  ['https://127.0.0.1/token', 'is on a local address'],
  ['https://127.8.8.8:8443/token', 'is on a local address'],
  ['https://localhost/token', 'is on a local address'],
  ['https://[::1]/token', 'is on a local address'],
  ['https://169.254.169.254/latest', 'is on a local address'],
  ['https://[fe80::1]/token', 'is on a local address'],
  ['https://[FEBF::1]/token', 'is on a local address'],
  ['https://127.1./token', 'is on a local address'],
  ['https://2130706433/token', 'is on a local address'],
  ['https://localhost./token', 'is on a local address'],
  ['https://foo.localhost/token', 'is on a local address'],
  ['https://a.FOO.localhost./token', 'is on a local address'],
  ['https://0.0.0.0/token', 'is on a local address'],
  ['https://0.1.2.3/token', 'is on a local address'],
  ['https://[::]/token', 'is on a local address'],
  ['https://[::127.0.0.1]/token', 'is on a local address'],
  ['https://[::ffff:127.0.0.1]/token', 'is on a local address'],
  ['https://[::ffff:0.0.0.0]/token', 'is on a local address'],
  ['https://[::ffff:169.254.169.254]/token', 'is on a local address'],
])('%s %s: exit 10', async (endpoint, words) => {
  await expect(at('https://idp.example', endpoint)).rejects.toMatchObject({
    code: 'refused',
    message: `the provider's token_endpoint ${words}`,
  })
})

it('an issuer on loopback may name other ports there, and no plain http elsewhere', async () => {
  await expect(at('http://127.0.0.1:8080', 'http://127.0.0.1:8081/token')).resolves.toBeDefined()
  for (const endpoint of ['http://idp.example/token', 'ftp://127.0.0.1/token']) {
    await expect(at('http://127.0.0.1:8080', endpoint)).rejects.toMatchObject({ code: 'refused' })
  }
})

it('an issuer below localhost may name itself, by https alone', async () => {
  await expect(at('https://id.localhost', 'https://id.localhost/token')).resolves.toBeDefined()
  await expect(at('https://id.localhost', 'http://127.0.0.1/token')).rejects.toMatchObject({
    code: 'refused',
  })
})

it('a provider whose metadata has no endpoint has a hint of its own', async () => {
  const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/pool'
  const found = discover(issuer, { id: 'cognito' }, answering({ issuer, jwks_uri: `${issuer}/keys` }), clock)
  await expect(found).rejects.toMatchObject({
    code: 'provider-failed',
    hint: 'The user pool has no domain yet, so it has no sign-in pages. Add a domain: User pool > Branding > Domain.',
  })
})
