import { describe, expect, it } from 'vitest'
import type { Client } from '../../../src/client.ts'
import { readBound } from '../../../src/session/store/origin-binding.ts'
import type { SessionBody, SessionHeader } from '../../../src/session/store/session-file.ts'
import { toldBy } from '../../told.ts'
import { openShelf } from './shelf.ts'

const APIS = {
  acme: 'https://gw.acme.example',
  same: 'https://gw.acme.example',
  eu: 'https://eu.acme.example',
}

/** A machine with a session of this client. */
async function signedIn(
  over: Partial<Client> = {},
  bound: Partial<SessionBody> = {},
  ways?: Pick<SessionHeader, 'ways'>,
) {
  const shelf = openShelf()
  const client = { ...shelf.client, ...over }
  const { issuer, clientId, account } = client
  const body = { tokens: [], skewSeconds: 0, signedInAt: 1, ...bound }
  const store = await shelf.store(over)
  await store.install({ issuer, clientId, account, apis: APIS, ...ways }, body, 'the-refresh-token')
  shelf.log.length = 0
  const read = async (now: Partial<Client> = {}) =>
    readBound({ ...shelf.client, ...now }, await shelf.store(now), shelf.ports)
  return { shelf, read }
}

it('a session is read for an API that was confirmed', async () => {
  const { read } = await signedIn()
  expect((await read())?.header.apis).toEqual(APIS)
  expect((await read({ apiOrigin: 'https://eu.acme.example' }))?.header.apis).toEqual(APIS)
})

it.each(['https://gw.acme.example.evil', 'https://gw.acme.exampl', 'http://gw.acme.example'])(
  'not for %s: what was confirmed is named, and the keychain is not touched',
  async (apiOrigin) => {
    const { shelf, read } = await signedIn()
    expect(await toldBy(() => read({ apiOrigin }))).toEqual([
      `other-origin: this sign-in is not for ${apiOrigin}`,
      'If you meant to change the API, confirm it: ls-auth login',
      'confirmed: https://gw.acme.example, https://eu.acme.example',
    ])
    expect(shelf.log.filter((line) => line.startsWith('get '))).toEqual([])
  },
)

it.each([
  ['issuer', { issuer: 'https://old.example' }, 'https://old.example as client cli'],
  ['client', { clientId: 'old' }, 'https://id.acme.example as client old'],
  ['account', { account: 'old' }, 'https://id.acme.example as client cli'],
])('a profile that names another %s now is told so', async (what, before, signedInAt) => {
  const { read } = await signedIn(before)
  expect(await toldBy(() => read())).toEqual([
    `profile-changed: the profile acme has changed: it has another ${what} now`,
    'Sign in again: ls-auth login',
    `signed in at ${signedInAt}`,
  ])
})

it('without a session of this profile nobody is signed in', async () => {
  const { read } = await signedIn({ account: 'old' })
  expect(await read({ profile: 'other' })).toBeUndefined()
  const empty = openShelf()
  expect(await readBound(empty.client, await empty.store(), empty.ports)).toBeUndefined()
})

const PROOF = { proofKey: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' } } as const

it.each<[boolean | undefined, Partial<SessionBody>, string | undefined]>([
  [true, PROOF, undefined],
  [false, {}, undefined],
  [undefined, {}, undefined],
  [undefined, PROOF, 'this sign-in uses DPoP, but dpop = true is gone'],
  [false, PROOF, 'this sign-in uses DPoP, but dpop = true is gone'],
  [true, {}, 'dpop = true is new, but this sign-in does not use DPoP'],
])('dpop = %s after a sign-in with %j: %s', async (dpop, bound, why) => {
  const { read } = await signedIn({}, bound)
  const now = dpop === undefined ? {} : { dpop }
  if (why === undefined) expect((await read(now))?.header.apis).toEqual(APIS)
  else
    expect((await toldBy(() => read(now)))[0]).toBe(`profile-changed: the profile acme has changed: ${why}`)
})

const http = (way: Partial<Client['http']>): Partial<Client> => ({
  http: {
    proxy: undefined,
    caFile: undefined,
    clientCert: undefined,
    clientKey: undefined,
    timeoutMilliseconds: undefined,
    ...way,
  },
})
const OURS = {
  proxy: 'http://proxy.acme.example:3128',
  caFile: '/home/ada/ca.pem',
  clientCert: '/home/ada/me.pem',
}
const WAYS = {
  ways: {
    acme: { proxy: OURS.proxy, ca_file: OURS.caFile, client_cert: OURS.clientCert },
    eu: { ca_file: '/home/ada/eu.pem' },
  },
}

describe('the way of the requests is sealed as the origin is', () => {
  it.each([
    ['as it was confirmed', OURS],
    ['as another profile of this sign-in has it', { caFile: '/home/ada/eu.pem' }],
    ['with another key of the certificate', { ...OURS, clientKey: '/home/ada/other-key.pem' }],
  ])('%s', async (_, way) => {
    const { read } = await signedIn({}, {}, WAYS)
    expect((await read(http(way)))?.header.apis).toEqual(APIS)
  })

  it.each([
    [
      'proxy',
      { ...OURS, proxy: 'http://127.0.0.1:9791' },
      'http://127.0.0.1:9791; confirmed: http://proxy.acme.example:3128',
    ],
    ['ca_file', { ...OURS, caFile: '/tmp/evil.pem' }, '/tmp/evil.pem; confirmed: /home/ada/ca.pem'],
    ['client_cert', { ...OURS, clientCert: undefined }, 'not set; confirmed: /home/ada/me.pem'],
  ])(
    'another %s is refused until a sign-in confirms it, and the keychain is not touched',
    async (key, way, values) => {
      const { shelf, read } = await signedIn({}, {}, WAYS)
      expect(await toldBy(() => read(http(way)))).toEqual([
        `other-origin: ${key} changed after the sign-in`,
        'If you meant to change it, confirm with: ls-auth login',
        `${key}: ${values}`,
      ])
      expect(shelf.log.filter((line) => line.startsWith('get '))).toEqual([])
    },
  )

  it('parts of two ways that were confirmed are no way that was', async () => {
    const { read } = await signedIn({}, {}, WAYS)
    expect((await toldBy(() => read(http({ ...OURS, caFile: '/home/ada/eu.pem' }))))[0]).toBe(
      'other-origin: ca_file changed after the sign-in',
    )
  })
})
