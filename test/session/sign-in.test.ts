import type { JWTPayload } from 'jose'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { PRESETS } from '../../src/providers/presets.ts'
import { toldBy } from '../told.ts'
import { idToken, METADATA, openMachine, tokens } from './signed-in.ts'
import { BODY, FACTS } from './store/shelf.ts'

/** A sign-in, from the first look at the disk to the sweep behind it. */

const NOW = 1_800_000_000_000
const DISCOVERY = '/.well-known/openid-configuration'
const OPENID = { ...PRESETS.generic, scopes: ['openid', 'a', 'b'] }

describe('a sign-in', () => {
  it('is begun only when it can be kept, and nobody has signed in for nothing', async () => {
    const machine = openMachine()
    machine.faults.set('mkdir a297c48c91f01345936d044c', 'EROFS')
    expect((await toldBy(() => machine.login()))[0]).toMatch(/^storage: cannot write to/)
    expect(machine.asked).toEqual([DISCOVERY])
    expect(machine.heard).toEqual([])
  })

  it('does not replace a session of a newer ls-auth: nobody is asked', async () => {
    const machine = openMachine()
    machine.put('{"schema":2}\n')
    expect((await toldBy(() => machine.login()))[0]).toContain('was written by a newer ls-auth')
    expect(machine.asked).toEqual([])
  })
})

describe('tokens that are not kept', () => {
  const refused = { expect: { audience: ['api'] } }
  const without = (endpoint: string) => ({ ...METADATA, [endpoint]: undefined })

  it('by the policy, of a grant of their own: they are revoked, and the session before stays', async () => {
    const machine = openMachine(refused)
    await machine.keep({ idToken: await idToken(NOW, { sub: 'eve' }) })
    const wrong = await idToken(NOW, { aud: 'other' })
    const id_token = await idToken(NOW)
    const told = await toldBy(() =>
      machine.login(tokens({ access_token: wrong, id_token }), { client: { preset: OPENID } }),
    )
    expect(told[0]).toBe(
      "not-allowed: the provider signed you in, but the token does not match this profile's expectations",
    )
    expect(told[1]).toMatch(/^Ask the provider's administrator/)
    expect(told.slice(2)).toEqual(['audience: required api, held other'])
    expect(machine.revoked).toEqual(['refresh-1', wrong])
    expect((await machine.kept())?.secret.refresh).toBe('refresh-0')
  })

  it('and may be of the same grant as the session before: they are not revoked, and that is told', async () => {
    const wrong = tokens({ access_token: await idToken(NOW, { aud: 'other' }) })
    const told = async (change: (machine: ReturnType<typeof openMachine>) => void) => {
      const machine = openMachine(refused)
      await machine.keep({ idToken: await idToken(NOW, { sub: 'eve' }) })
      change(machine)
      const [, , ...detail] = await toldBy(() => machine.login(wrong))
      expect(machine.asked).not.toContain('/revoke')
      return detail.at(-1)
    }
    const words = 'the tokens were discarded but not revoked, because that could end an earlier sign-in'
    // Nothing new says whose they are; or nobody knows whose the session before is.
    expect(await told(() => {})).toBe(words)
    expect(await told(({ items }) => items.clear())).toBe(words)
  })

  it('where revoking ends all that the person has: they are not revoked, also where nobody is signed in here', async () => {
    const machine = openMachine(refused, { revokesAllOfPerson: true })
    const [, , ...detail] = await toldBy(async () =>
      machine.login(tokens({ access_token: await idToken(NOW, { aud: 'other' }) })),
    )
    expect(detail.at(-1)).toContain('not revoked, because that could end an earlier sign-in')
    expect(machine.revoked).toEqual([])
  })

  it('of an answer that is rejected: they are revoked where nobody is signed in, and not where somebody is', async () => {
    for (const isSignedIn of [false, true]) {
      const machine = openMachine({}, { scopes: ['openid'] })
      if (isSignedIn) await machine.keep({ idToken: await idToken(NOW, { sub: 'eve' }) })
      const id_token = await idToken(NOW, { iss: 'https://elsewhere.example' })
      expect((await toldBy(() => machine.login(tokens({ id_token }))))[0]).toMatch(/^refused: /)
      expect(machine.revoked).toEqual(isSignedIn ? [] : ['refresh-1'])
    }
  })

  it('and have no refresh token: the access token is revoked', async () => {
    const machine = openMachine(refused)
    const wrong = await idToken(NOW, { aud: 'other' })
    await machine.login(tokens({ access_token: wrong, refresh_token: undefined })).catch(() => {})
    expect(machine.revoked).toEqual([wrong])
  })

  it('and cannot be revoked: that is told, too', async () => {
    const wrong = tokens({ access_token: await idToken(NOW, { aud: 'other' }) })
    const last = async (change: (machine: ReturnType<typeof openMachine>) => void) => {
      const machine = openMachine(refused)
      change(machine)
      const [, hint, ...detail] = await toldBy(() => machine.login(wrong))
      expect(hint).toMatch(/^Ask the provider's administrator/)
      return detail
    }
    const held = 'audience: required api, held other'
    expect(await last(({ answers }) => (answers[DISCOVERY] = [without('revocation_endpoint')]))).toEqual([
      held,
      'the tokens were discarded; the provider has no revocation',
    ])
    // RFC 7009 §2.2.1: not even the refresh token, so it is no matter of access tokens.
    const unsupported = [{ status: 400, error: 'unsupported_token_type' }]
    expect(await last(({ answers }) => (answers['/revoke'] = unsupported))).toEqual([
      held,
      'the tokens were discarded; the provider has no revocation',
    ])
    const gone = [new Failure('network', 'nobody there')]
    expect(await last(({ answers }) => (answers['/revoke'] = gone))).toEqual([
      held,
      'the tokens were discarded, but the provider did not revoke them: nobody there',
    ])
  })

  it('by a bug: it stays one, and they are revoked all the same', async () => {
    const machine = openMachine()
    const bug = new TypeError('a bug')
    const { set } = machine.items
    machine.items.set = (account, secret) => {
      if (!account.startsWith('probe|')) throw bug
      return set.call(machine.items, account, secret)
    }
    machine.answers[DISCOVERY] = [without('revocation_endpoint')]
    await expect(machine.login()).rejects.toBe(bug)
    machine.answers[DISCOVERY] = [METADATA]
    await expect(machine.login()).rejects.toBe(bug)
    expect(machine.revoked).toEqual(['refresh-1', 'access-1'])
  })
})

describe('a session that is replaced', () => {
  const scopes = ['openid']
  /** Signs in over a session with these claims; gives what was revoked. */
  async function over(
    before: JWTPayload | undefined,
    after: JWTPayload,
    change: (machine: ReturnType<typeof openMachine>) => void = () => {},
  ) {
    const machine = openMachine({}, { scopes })
    const kept = before && (await idToken(NOW, before))
    await machine.keep(kept === undefined ? {} : { idToken: kept })
    const [old] = machine.items.keys()
    change(machine)
    const signedIn = await machine.login(tokens({ id_token: await idToken(NOW, after) }))
    return { machine, old, signedIn, session: await machine.kept(), revoked: machine.revoked }
  }

  it('gives its place, and its item is removed', async () => {
    const { machine, old, signedIn, session, revoked } = await over({}, {})
    expect(signedIn.replaced).toBe(true)
    expect(session?.secret.refresh).toBe('refresh-1')
    expect(machine.items.has(old as string)).toBe(false)
    expect(machine.itemList()).toHaveLength(1)
    expect(session?.body.replaced).toBe(old?.split('|')[1])
    // It may be the same grant: to revoke it would end the new session, too.
    expect(revoked).toEqual([])
  })

  it.each<[string, JWTPayload, JWTPayload]>([
    ['another person', { sub: 'eve' }, {}],
    ['another session of the provider', { sid: '1' }, { sid: '2' }],
  ])('is revoked where it is a grant of its own: %s', async (_, before, after) => {
    const { revoked, session } = await over(before, after)
    expect(revoked).toEqual(['refresh-0'])
    expect(session?.body).not.toHaveProperty('superseded')
  })

  it('is not revoked where another sign-in of this client is kept: it may be of the same grant', async () => {
    const revoked = async (over: object) => {
      const machine = openMachine({}, { revokesAllOfPerson: true })
      await machine.keep({ idToken: await idToken(NOW, { sub: 'eve' }) })
      const other = { ...FACTS, account: 'two', ...over }
      await (await machine.store(other)).install(other, BODY, 'refresh-2')
      await machine.login(tokens({ id_token: await idToken(NOW) }))
      return machine.revoked
    }
    expect(await revoked({})).toEqual([])
    expect(await revoked({ clientId: 'another' })).toEqual(['refresh-0'])
  })

  it.each<[string, JWTPayload | undefined, JWTPayload]>([
    ['no ID token before', undefined, { sub: 'eve' }],
    ['a session of the provider known of one alone', { sid: '1' }, {}],
    ['or of the other', {}, { sid: '1' }],
    ['the same session, authenticated again', { sid: '1', auth_time: 1 }, { sid: '1', auth_time: 2 }],
    ['authenticated again, in a session that has no name', { auth_time: 1 }, { auth_time: 2 }],
  ])('is not revoked without evidence: %s', async (_, before, after) => {
    expect((await over(before, after)).revoked).toEqual([])
  })

  it('keeps the APIs that other profiles have confirmed', async () => {
    const machine = openMachine()
    await machine.keep()
    await machine.login(tokens(), { client: { profile: 'other', apiOrigin: 'https://other.example' } })
    expect(machine.header().apis).toEqual({ ...FACTS.apis, other: 'https://other.example' })
  })

  it('that cannot be decrypted gives its place, and so does a damaged one', async () => {
    const locked = await over({}, {}, (machine) => machine.items.clear())
    expect(locked.signedIn.replaced).toBe(true)
    const damaged = await over({}, {}, (machine) => machine.put('{}\n'))
    expect(damaged.signedIn.replaced).toBe(false)
    expect(damaged.session?.secret.refresh).toBe('refresh-1')
  })

  it('is swept before the person is asked: it may be the only place of a token to revoke', async () => {
    const machine = openMachine()
    await machine.keep()
    const [old] = machine.itemList()
    // The token of the first one is still to be revoked, and its item says so.
    const list = machine.itemList()
    await machine.keep({ superseded: 'refresh-before', replaced: old?.sid as string })
    expect(machine.itemList()).toHaveLength(list.length + 1)
    await machine.login()
    expect(machine.revoked).toEqual(['refresh-before'])
    expect(machine.asked.indexOf('/revoke')).toBeLessThan(machine.asked.indexOf('/device'))
  })
})
