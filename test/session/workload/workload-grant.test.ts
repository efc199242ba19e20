import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Client, Workload } from '../../../src/client.ts'
import type { Preset } from '../../../src/providers/preset.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
import type { Want } from '../../../src/session/renewal/freshness.ts'
import type { Proof } from '../../../src/session/workload/proof.ts'
import { grantedToken } from '../../../src/session/workload/workload-grant.ts'
import { toldBy } from '../../told.ts'
import {
  client,
  DISCOVERY,
  ISSUER,
  METADATA,
  machine,
  NOW,
  OWN,
  proofText,
  type Said,
  workload,
} from './machine.ts'

/** A token for a program from the token endpoint: how it asks, and how it says who it is. */

const GOOD = { access_token: 'new', token_type: 'Bearer', expires_in: 600 }
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const proof: Proof = { value: proofText(), claims: { sub: 'job' }, skewSeconds: 0 }

async function granted(
  over: Partial<Workload>,
  {
    of = {},
    preset = {},
    want = {},
    given = proof,
    files = {},
    discovery = { json: METADATA },
  }: {
    of?: Partial<Client>
    preset?: Partial<Preset>
    want?: Partial<Want>
    given?: Proof | null
    files?: Record<string, string>
    discovery?: Said
  } = {},
) {
  const { ports, asked } = machine({
    files,
    answers: { [DISCOVERY]: [discovery], [METADATA.token_endpoint]: [{ json: GOOD }] },
  })
  const own = client({ preset: { ...PRESETS.generic, scopes: ['a', 'b'], ...preset }, ...of })
  const failed = (error: unknown) => Promise.reject(Object.assign(error as object, { asked: asked.length }))
  const result = await grantedToken(
    own,
    workload({ grant: 'client-credentials', ...over }),
    { ...OWN, ...want },
    given ?? undefined,
    ports,
  ).catch(failed)
  const token = asked[1]
  return { ...result, asked, form: token?.form ?? {}, authorization: token?.headers }
}

describe('the request', () => {
  it('follows the metadata of the issuer, and gives both', async () => {
    const { tokens, metadata, asked } = await granted({})
    expect(asked.map(({ method, url }) => `${method} ${url.href}`)).toEqual([
      `GET ${DISCOVERY}`,
      `POST ${ISSUER}/token`,
    ])
    expect(metadata).toEqual(METADATA)
    expect(tokens).toMatchObject({ accessToken: 'new', expiresIn: 600, receivedAt: NOW, jwks: undefined })
  })

  it.each<[Workload['grant'], object]>([
    [
      'token-exchange',
      {
        grant_type: EXCHANGE,
        subject_token: proof.value,
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      },
    ],
    ['jwt-bearer', { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: proof.value }],
    ['client-credentials', { grant_type: 'client_credentials' }],
  ])('%s', async (grant, parameters) => {
    expect((await granted({ grant })).form).toEqual({ ...parameters, client_id: 'cli', scope: 'a b' })
  })

  it('without a proof sends none', async () => {
    const { form } = await granted({ grant: 'token-exchange' }, { given: null })
    expect(form).toEqual({ grant_type: EXCHANGE, client_id: 'cli', scope: 'a b' })
  })

  it('an exchanged proof that is no JWT is called an access token (RFC 8693 §3)', async () => {
    const opaque = { value: 'opaque', claims: undefined, skewSeconds: 0 }
    const { form } = await granted({ grant: 'token-exchange' }, { given: opaque })
    expect(form.subject_token_type).toBe('urn:ietf:params:oauth:token-type:access_token')
  })

  it('is for the scopes and the API of the profile, else for those that are asked for', async () => {
    const of = { audience: 'api' }
    expect((await granted({}, { of })).form).toMatchObject({ scope: 'a b', audience: 'api' })
    const want = { scopes: 'c d', audience: 'other' }
    expect((await granted({}, { of, want })).form).toMatchObject({ scope: 'c d', audience: 'other' })
  })

  it.each<Partial<Preset>>([
    { audience: 'server' },
    { audience: 'mapper' },
    { audience: 'scope', onlyNamedScopes: true },
  ])('names the API of an exchange even where at a sign-in the provider decides it (%j)', async (preset) => {
    const how = { preset, of: { audience: 'api' } }
    expect((await granted({ grant: 'token-exchange' }, how)).form).toMatchObject({ audience: 'api' })
    expect((await toldBy(() => granted({ grant: 'jwt-bearer' }, how)))[0]).toMatch(/^cannot-do: /)
  })

  it('of an exchange names the API as this provider wants it', async () => {
    const how = { preset: { audience: 'resource' as const }, of: { audience: 'api' } }
    expect((await granted({ grant: 'token-exchange' }, how)).form).toMatchObject({ resource: 'api' })
  })
})

describe('the client', () => {
  const clientSecretFile = '/secret'
  const files = { [clientSecretFile]: 'top secret\n' }

  it('is public where the workload says so, whatever its provider wants of people', async () => {
    const { form, authorization } = await granted({}, { preset: { clientAuth: 'client_secret_basic' } })
    expect(form).toMatchObject({ client_id: 'cli' })
    expect(authorization).not.toHaveProperty('authorization')
  })

  it('sends its secret as said: in a header or in the form', async () => {
    const of = { clientSecretFile }
    const basic = await granted({ clientAuth: 'client_secret_basic' }, { of, files })
    expect(basic.authorization).toMatchObject({
      authorization: `Basic ${Buffer.from('cli:top+secret').toString('base64')}`,
    })
    expect(basic.form).not.toHaveProperty('client_secret')
    const post = await granted({ clientAuth: 'client_secret_post' }, { of, files })
    expect(post.form).toMatchObject({ client_id: 'cli', client_secret: 'top secret' })
    expect(post.authorization).not.toHaveProperty('authorization')
  })

  it('of another way needs no secret, and reads none', async () => {
    const { form } = await granted({}, { of: { clientSecretFile: '/nowhere' } })
    expect(form).not.toHaveProperty('client_secret')
  })

  it.each(['client_secret_basic', 'client_secret_post'] as const)(
    'without the secret that it needs: nobody is asked anything (%s)',
    async (clientAuth) => {
      expect(await toldBy(() => granted({ clientAuth }))).toEqual([
        `settings: client_auth = "${clientAuth}" needs a secret, and none is given`,
        'Put it into a file of mode 0600 and name that in LS_AUTH_CLIENT_SECRET_FILE.',
      ])
      const missing = () => granted({ clientAuth }, { of: { clientSecretFile: '/gone' } })
      expect((await toldBy(missing))[0]).toBe(
        'settings: the client secret file /gone cannot be read or is empty',
      )
      await expect(missing()).rejects.toMatchObject({ asked: 0 })
    },
  )

  it('shows its proof as an assertion (RFC 7523 §2.2)', async () => {
    const { form } = await granted({ clientAuth: 'source_token' })
    expect(form).toMatchObject({
      client_id: 'cli',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: proof.value,
    })
    expect((await granted({ clientAuth: 'source_token' }, { given: null })).form).not.toHaveProperty(
      'client_assertion',
    )
    expect((await granted({ clientAuth: 'none' })).form).not.toHaveProperty('client_assertion')
  })

  describe('with a private key', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const keys = {
      '/pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      '/jwk': JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'of the key' }),
    }
    const by = (assertionKey: keyof typeof keys | undefined, over: Partial<Workload> = {}, more = {}) =>
      granted({ clientAuth: 'private_key_jwt', assertionKey, ...over }, { files: keys, ...more })

    it("signs an assertion for the issuer, by the provider's clock", async () => {
      const discovery = { json: METADATA, date: new Date(NOW + 3_600_000).toUTCString() }
      const { form } = await by('/pem', {}, { discovery })
      const assertion = form.client_assertion as string
      expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'ES256' })
      const claims = decodeJwt(assertion)
      expect(claims).toMatchObject({ iss: 'cli', sub: 'cli', aud: ISSUER })
      expect(Math.abs(Number(claims.iat) - Date.now() / 1000 - 3600)).toBeLessThan(60)
    })

    it('names it: as the profile says, else as the key says', async () => {
      const kid = async (...how: Parameters<typeof by>) =>
        decodeProtectedHeader((await by(...how)).form.client_assertion as string).kid
      expect(await kid('/jwk')).toBe('of the key')
      expect(await kid('/jwk', { assertionKeyId: 'of the profile' })).toBe('of the profile')
      expect(await kid('/pem', { assertionKeyId: 'of the profile' })).toBe('of the profile')
    })

    it('that is not there: nobody is asked anything', async () => {
      const missing = () => by('/gone' as '/pem')
      expect((await toldBy(missing))[0]).toBe('settings: the assertion key /gone cannot be read or is empty')
      await expect(missing()).rejects.toMatchObject({ asked: 0 })
    })

    it('reads no key where the workload has none, or another way', async () => {
      expect((await by(undefined)).form).not.toHaveProperty('client_assertion')
      expect((await by('/pem', { clientAuth: 'none' })).form).not.toHaveProperty('client_assertion')
    })
  })
})
