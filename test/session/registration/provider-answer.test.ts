import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import type { Http, HttpRequest } from '../../../src/ports/http.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
import { requestRegistration, withdrawRegistration } from '../../../src/session/protocol/registration.ts'
import { toldBy } from '../../told.ts'

const ISSUER = 'https://idp.example'
const METADATA = {
  issuer: ISSUER,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
  registration_endpoint: 'https://reg.idp.example/clients',
}
const MANAGED = {
  registration_client_uri: 'https://reg.idp.example/clients/7',
  registration_access_token: 'manage-7',
}
const CLIENT = { preset: { ...PRESETS.generic, scopes: ['openid', 'traces:read'] } }

/** A provider that answers the registration so, and what it was asked. */
function provider(status: number, said: unknown, withdrawal: number | Failure = 204) {
  const asked: HttpRequest[] = []
  const http = {
    async send(request: HttpRequest) {
      asked.push(request)
      const headers = { 'content-type': 'application/json' }
      if (request.method === 'DELETE') {
        if (withdrawal instanceof Failure) throw withdrawal
        return { status: withdrawal, headers, body: Buffer.from('') }
      }
      if (said instanceof Error) throw said
      return { status, headers, body: Buffer.from(typeof said === 'string' ? said : JSON.stringify(said)) }
    },
  } as unknown as Http
  const register = (metadata: object = METADATA) =>
    requestRegistration(CLIENT, metadata as typeof METADATA, http)
  return { asked, http, register }
}

describe('the client as it was registered', () => {
  it.each(['!', '~', 'c'.repeat(500)])('has the id %s', async (id) => {
    const answer = { client_id: id, token_endpoint_auth_method: 'none' }
    expect((await provider(201, answer).register()).clientId).toBe(id)
  })

  it.each(['with space', 'é', 'c'.repeat(501), 'line\n'])('has an id that cannot be used: %j', async (id) => {
    const { asked, register } = provider(201, { client_id: id, ...MANAGED })
    expect((await toldBy(register))[0]).toBe('provider-failed: idp.example assigned an unusable client id')
    expect(asked.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
  })

  it.each<[string, number | Failure]>([
    ['and it is taken back', 204],
    ['even when it cannot be taken back', new Failure('network', 'gone')],
  ])('has a secret: refused, %s', async (_, withdrawal) => {
    const answer = { client_id: 'c7', token_endpoint_auth_method: 'client_secret_basic', ...MANAGED }
    const { asked, register } = provider(201, answer, withdrawal)
    expect((await toldBy(register))[0]).toBe('settings: idp.example only registers clients with a secret')
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST ${METADATA.registration_endpoint}`,
      `DELETE ${MANAGED.registration_client_uri}`,
    ])
  })

  const ASKED = [8765, 18_765, 28_765].map((port) => `http://127.0.0.1:${port}/callback`)

  it.each([
    ['another path', ['http://127.0.0.1:8765/cb'], ASKED],
    ['a foreign host', ['https://evil.example/cb'], ASKED],
    ['a part of them', ASKED.slice(1), ASKED.slice(0, 1)],
    ['one for every port at another path', ['http://127.0.0.1/'], ASKED],
    ['none', [], ASKED],
    ['no list', null, ASKED],
  ])('has other redirect URIs: it is taken back, and refused: %s', async (_, redirect_uris, missing) => {
    const { asked, register } = provider(201, { client_id: 'c7', redirect_uris, ...MANAGED })
    expect((await toldBy(register)).filter((line) => !line.startsWith('See '))).toEqual([
      'settings: idp.example registered other redirect URIs than requested',
      `not registered: ${missing.join(' ')}`,
    ])
    expect(asked.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
  })

  it('has a secret, and nothing to take it back with', async () => {
    const { asked, register } = provider(201, { client_id: 'c', token_endpoint_auth_method: 'x' })
    expect((await toldBy(register))[0]).toMatch(/^settings: /)
    expect(asked).toHaveLength(1)
  })
})

describe('what takes it back', () => {
  const managed = async (over: object) =>
    (await provider(201, { client_id: 'c7', ...MANAGED, ...over }).register()).management

  it.each(['https://reg.idp.example/other', 'https://idp.example/c/7'])('may be at %s', async (uri) => {
    expect(await managed({ registration_client_uri: uri })).toEqual({ uri, token: 'manage-7' })
  })

  it.each([
    ['no address', { registration_client_uri: undefined }],
    ['what is no address', { registration_client_uri: 'clients/7' }],
    ['a list of addresses', { registration_client_uri: [MANAGED.registration_client_uri] }],
    ['an address at another host', { registration_client_uri: 'https://evil.example/clients/7' }],
    ['one without TLS', { registration_client_uri: 'http://idp.example/clients/7' }],
    ['one with a name', { registration_client_uri: 'https://ada@idp.example/clients/7' }],
    ['one with a password', { registration_client_uri: 'https://:pw@idp.example/clients/7' }],
    ['no token', { registration_access_token: undefined }],
    ['an empty token', { registration_access_token: '' }],
    ['a token with a space', { registration_access_token: 'a b' }],
    ['a token with a line', { registration_access_token: 'ab\n' }],
    ['a token without end', { registration_access_token: 'a'.repeat(8193) }],
  ])('is not kept: %s', async (_, over) => {
    expect(await managed(over)).toBeUndefined()
  })

  const withdraw = (http: Http) =>
    withdrawRegistration({ uri: MANAGED.registration_client_uri, token: 'manage-7' }, http)

  it.each([200, 204])('is sent with its token: HTTP %i is good', async (status) => {
    const { asked, http } = provider(201, {}, status)
    await withdraw(http)
    expect(asked).toEqual([
      {
        method: 'DELETE',
        url: new URL(MANAGED.registration_client_uri),
        headers: { authorization: 'Bearer manage-7', accept: 'application/json' },
        maxBytes: 65_536,
      },
    ])
  })
})
