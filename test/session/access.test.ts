import { describe, expect, it } from 'vitest'
import { accessToken } from '../../src/session/access.ts'
import type { StoredToken } from '../../src/session/store/session-file.ts'
import { told, toldBy } from '../told.ts'
import { idToken, type Machine, openMachine, tokens } from './signed-in.ts'

/** A valid token of a session: when the provider is asked, what is kept of it, and what others learn of a failure. */

const NOW = 1_800_000_000_000
const OWN = { use: 'access', audience: '', scopes: '' } as const
const token = (over: Partial<StoredToken> = {}): StoredToken => ({
  ...OWN,
  value: 'old',
  receivedAt: NOW,
  expiresIn: 600,
  ...over,
})
const expired = token({ receivedAt: NOW - 600_000 })

async function signedIn(body: Parameters<Machine['keep']>[0] = {}, ...more: Parameters<typeof openMachine>) {
  const machine = openMachine(...more)
  await machine.keep({ tokens: [token()], ...body })
  const get = (want: Partial<Parameters<typeof accessToken>[1]> = {}) =>
    accessToken(machine.client, { ...OWN, narrow: true, ...want }, machine.ports, 'token', (line) =>
      machine.heard.push(line),
    )
  return { machine, get }
}
const locks = ({ log }: Machine) => log.filter((step) => step === 'lock lock').length
const renewals = ({ forms }: Machine) => forms.filter(({ grant_type }) => grant_type === 'refresh_token')
const good = tokens({ access_token: 'new', refresh_token: undefined })

describe('a token that is still good', () => {
  it('is given at once: no lock, no request, no write', async () => {
    const { machine, get } = await signedIn()
    machine.now += 60_500
    expect(await get()).toEqual({
      value: 'old',
      secondsLeft: 539,
      expiresAt: NOW + 600_000,
      warning: undefined,
      renewed: false,
      session: await machine.kept(),
    })
    expect(machine.asked).toEqual([])
    expect(locks(machine)).toBe(0)
    expect(machine.log.filter((step) => /^(create|rename|unlink)/.test(step))).toEqual([])
  })

  it('is not the one that the API has just refused', async () => {
    const { machine, get } = await signedIn()
    machine.answers['/token'] = [good]
    expect((await get({ rejected: 'another' })).value).toBe('old')
    expect((await get({ rejected: 'old' })).value).toBe('new')
  })
})

describe('a token that has run out', () => {
  it('is renewed once, under the lock, and kept before it is given', async () => {
    const { machine, get } = await signedIn({ tokens: [expired] })
    machine.answers['/token'] = [tokens({ access_token: 'new', refresh_token: 'refresh-1' })]
    let shielded = false
    machine.faults.set('rename session.7.tmp session', () => {
      shielded = machine.isShielded
    })
    const given = await get()
    expect(given).toMatchObject({ value: 'new', secondsLeft: 600, renewed: true, warning: undefined })
    expect(renewals(machine)).toMatchObject([{ refresh_token: 'refresh-0' }])
    expect(locks(machine)).toBe(1)
    expect([shielded, machine.isShielded]).toEqual([true, false])
    const session = await machine.kept()
    expect(session?.body).toMatchObject({ refresh: 'refresh-1', tokens: [{ value: 'new' }] })
    expect(session?.body).not.toHaveProperty('attempt')
    expect(given.session.body).toEqual(session?.body)
  })

  it('for another person: what came is revoked, and nothing is sent again', async () => {
    const { machine, get } = await signedIn({ tokens: [expired], idToken: await idToken(NOW) })
    const id_token = await idToken(NOW, { sub: 'eve' })
    machine.answers['/token'] = [tokens({ access_token: 'of-eve', refresh_token: 'refresh-eve', id_token })]
    expect((await toldBy(get))[0]).toBe(
      'refused: the provider answered for another account; nothing was saved',
    )
    expect(machine.revoked).toEqual(['refresh-eve'])
    expect((await machine.kept())?.body).not.toHaveProperty('foreign')
    for (let time = 0; time < 2; time++)
      expect((await toldBy(get))[0]).toBe(
        'session-ended: your sign-in has ended: a renewal returned another account',
      )
    expect(renewals(machine)).toHaveLength(1)
  })

  it('is renewed by another process meanwhile: nobody is asked again', async () => {
    const { machine, get } = await signedIn({ tokens: [token({ value: 'theirs' })] })
    const { file, directory } = await machine.place()
    const theirs = machine.disk.get(file) as Buffer
    const session = await machine.kept()
    if (session)
      await (await machine.store()).commit({ ...session, body: { ...session.body, tokens: [expired] } })
    machine.put('{}', `${directory}/lock.holder`)
    machine.faults.set('sleep', () => {
      machine.put(theirs)
      machine.disk.delete(`${directory}/lock.holder`)
    })
    expect(await get()).toMatchObject({ value: 'theirs', renewed: false })
    expect(machine.asked).toEqual([])
  })

  /** The renewal of a sign-in where the writes of these numbers fail; the first is the note of the attempt. */
  async function unkept(answer: typeof good, fails: (write: number) => boolean) {
    const { machine, get } = await signedIn({ tokens: [expired] })
    machine.answers['/token'] = [answer]
    let writes = 0
    machine.faults.set('create session.7.tmp', () => {
      if (fails(++writes)) throw Object.assign(new Error('EIO'), { code: 'EIO' })
    })
    const given = await get()
    return { machine, given, writes }
  }
  const ROTATED = tokens({ access_token: 'new', refresh_token: 'refresh-2' })

  it('cannot be kept: it is given, and that the sign-in ends with it is told', async () => {
    const { given, writes } = await unkept(ROTATED, (write) => write >= 2)
    expect([given.value, given.renewed, writes]).toEqual(['new', true, 3])
    expect(told(given.warning)).toEqual([
      expect.stringMatching(/^storage: the renewed sign-in could not be saved: cannot write to \S+ \(EIO\)$/),
      'Sign in again before the current token expires: ls-auth login',
    ])
  })

  it('cannot be kept, and the refresh token is that of before: the sign-in goes on', async () => {
    const { given } = await unkept(good, (write) => write >= 2)
    expect(told(given.warning)[0]).toMatch(/^storage: cannot write to \S+ \(EIO\)$/)
  })

  it('is not asked for when the attempt cannot be noted', async () => {
    const { machine, get } = await signedIn({ tokens: [expired] })
    machine.faults.set('create session.7.tmp', 'ENOSPC')
    expect((await toldBy(get))[0]).toMatch(/^storage: /)
    expect(machine.asked).toEqual([])
  })

  it('nobody is signed in: told', async () => {
    const machine = openMachine()
    const get = () => accessToken(machine.client, OWN, machine.ports, 'token', () => {})
    expect((await toldBy(get))[0]).toBe('not-signed-in: you are not signed in')
  })

  it('goes to no API that the sign-in was not for', async () => {
    const { machine } = await signedIn()
    const elsewhere = { ...machine.client, apiOrigin: 'https://evil.example' }
    expect((await toldBy(() => accessToken(elsewhere, OWN, machine.ports, 'token', () => {})))[0]).toMatch(
      /^other-origin: /,
    )
  })
})

it('the ID token of the session, where that is wanted', async () => {
  const { machine, get } = await signedIn({ tokens: [] }, {}, { scopes: ['openid'] })
  const id_token = await idToken(NOW)
  machine.answers['/token'] = [tokens({ id_token })]
  expect(await get({ use: 'id' })).toMatchObject({ value: id_token, secondsLeft: 600 })
})
