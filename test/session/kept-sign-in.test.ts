import { describe, expect, it } from 'vitest'
import { readCachedSession } from '../../src/session/cached-session.ts'
import { type KeptSignIn, personIn, readKeptSignIn } from '../../src/session/kept-sign-in.ts'
import { tokenHash } from '../../src/session/renewal/freshness.ts'
import type { StoredToken } from '../../src/session/store/session-file.ts'
import { tokenText } from '../claims/token-text.ts'
import { told, toldBy } from '../told.ts'
import { idToken, type Machine, openMachine } from './signed-in.ts'

/** What is known of a sign-in without a request: for `status`, and for checks offline. */

const NOW = 1_800_000_000_000
const OWN: StoredToken = {
  use: 'access',
  audience: '',
  scopes: '',
  value: 'own',
  receivedAt: NOW,
  expiresIn: 600,
}

async function facts(
  body: Parameters<Machine['keep']>[0] = {},
  { refresh, useToken = 'access' as const }: { refresh?: null; useToken?: 'access' | 'id' } = {},
): Promise<KeptSignIn | undefined> {
  const machine = openMachine({}, { useToken })
  await machine.keep({ tokens: [OWN], signedInAt: 5, ...body }, refresh)
  return readKeptSignIn(machine.client, machine.header(), machine.ports)
}

describe('a sign-in that is kept', () => {
  it('says who it is, until when, and whether it can be renewed', async () => {
    expect(await facts({ idToken: await idToken(NOW, { email: 'ada@example.com' }) })).toEqual({
      person: 'ada@example.com',
      subject: 'ada',
      life: { receivedAt: NOW, expiresIn: 600 },
      renewable: true,
      doubtful: false,
      signedInAt: 5,
    })
  })

  it.each([undefined, 'opaque', 'e30.W10.c2ln', tokenText({ alg: 'none' }, { sub: 1 })])(
    'may not say who it is (%s)',
    async (text) => {
      const kept = await facts(text === undefined ? {} : { idToken: text })
      expect(kept).toMatchObject({ person: undefined, subject: undefined })
    },
  )

  it('ends with the token that is sent to the API, not with another', async () => {
    const id = { ...OWN, use: 'id' as const, expiresIn: 60 }
    const others = [
      { ...OWN, audience: 'other', expiresIn: 1 },
      { ...OWN, scopes: 'a', expiresIn: 2 },
    ]
    expect(await facts({ tokens: [...others, id, OWN] })).toMatchObject({ life: { expiresIn: 600 } })
    expect(await facts({ tokens: [OWN, id] }, { useToken: 'id' })).toMatchObject({ life: { expiresIn: 60 } })
    expect(await facts({ tokens: others })).toMatchObject({ life: undefined })
  })

  it('is not renewed without a refresh token, or with one that was refused', async () => {
    expect(await facts({}, { refresh: null })).toMatchObject({ renewable: false })
    const attempt = (
      outcome?: 'another-person' | 'lost' | 'refused' | 'unexplained' | 'failed' | 'perhaps-spent',
      token = 'refresh-0',
    ) => facts({ attempt: { hash: tokenHash(token), at: 1, ...(outcome && { outcome }) } })
    expect(await attempt('refused')).toMatchObject({ renewable: false })
    expect(await attempt('unexplained')).toMatchObject({ renewable: false })
    expect(await attempt('lost')).toMatchObject({ renewable: false })
    expect(await attempt('another-person')).toMatchObject({ renewable: false })
    expect(await attempt('failed')).toMatchObject({ renewable: true })
    expect(await attempt('perhaps-spent')).toMatchObject({ renewable: true, doubtful: true })
    expect(await attempt()).toMatchObject({ renewable: true, doubtful: false })
    expect(await attempt('refused', 'another')).toMatchObject({ renewable: true })
  })

  it('that is gone is none', async () => {
    const machine = openMachine()
    await machine.keep()
    const header = machine.header()
    machine.disk.clear()
    expect(await readKeptSignIn(machine.client, header, machine.ports)).toBeUndefined()
  })

  it('that cannot be opened says why', async () => {
    const machine = openMachine()
    await machine.keep()
    machine.items.clear()
    const kept = await readKeptSignIn(machine.client, machine.header(), machine.ports)
    expect(told(kept)[0]).toMatch(/^keychain-lost: /)
    const bug = new TypeError('a bug')
    machine.items.get = () => {
      throw bug
    }
    await expect(readKeptSignIn(machine.client, machine.header(), machine.ports)).rejects.toBe(bug)
  })

  it('that a passphrase keeps is not asked for it', async () => {
    const machine = openMachine()
    await machine.keep()
    const header = { ...machine.header(), scrypt: { salt: 's', N: 2, r: 1, p: 1 } }
    const before = machine.log.length
    expect(told(await readKeptSignIn(machine.client, header, machine.ports))[0]).toBe(
      'store-key: it is kept by a passphrase, which status does not ask for',
    )
    expect([machine.prompts, machine.log.length]).toEqual([[], before])
  })
})

it.each([
  [{ email: 'e', preferred_username: 'u', name: 'n', sub: 's' }, 'e'],
  [{ email: '', preferred_username: 'u', name: 'n', sub: 's' }, 'u'],
  [{ email: 1, name: 'n', sub: 's' }, 'n'],
  [{ sub: 's' }, 's'],
  [{}, undefined],
  [undefined, undefined],
])('the name of a person: %j', (claims, name) => {
  expect(personIn(claims)).toBe(name)
})

describe('the session as it was cached', () => {
  it('is given with its own access token, whatever its age', async () => {
    const machine = openMachine()
    const others = [
      { ...OWN, use: 'id' as const },
      { ...OWN, audience: 'other' },
      { ...OWN, scopes: 'a' },
    ]
    await machine.keep({ tokens: [...others, { ...OWN, receivedAt: 1 }] })
    const { body, access } = await readCachedSession(machine.client, machine.ports)
    expect(access).toEqual({ ...OWN, receivedAt: 1 })
    expect(body.tokens).toHaveLength(4)
    const other = openMachine()
    await other.keep({ tokens: others })
    expect((await readCachedSession(other.client, other.ports)).access).toBeUndefined()
  })

  it('is for nobody who has not signed in, and for no other API', async () => {
    const machine = openMachine()
    const read = (over = {}) => readCachedSession({ ...machine.client, ...over }, machine.ports)
    expect(await toldBy(read)).toEqual(['not-signed-in: you are not signed in', 'Run: ls-auth login'])
    await machine.keep()
    expect((await toldBy(() => read({ apiOrigin: 'https://evil.example' })))[0]).toMatch(/^other-origin: /)
  })
})
