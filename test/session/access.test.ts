import { describe, expect, it } from 'vitest'
import { Failure, NetworkFailure } from '../../src/errors.ts'
import { accessToken } from '../../src/session/access.ts'
import type { StoredToken } from '../../src/session/store/session-file.ts'
import { told, toldBy } from '../told.ts'
import { idToken, type Machine, openMachine, tokens } from './signed-in.ts'

/** A valid token of a session: when the provider is asked, what is kept of it, and what others learn of a failure. */

const NOW = 1_800_000_000_000
const OWN = { use: 'access', audience: '', scopes: '' } as const
const SCOPED = { ...OWN, scopes: 'a' } as const
const token = (over: Partial<StoredToken> = {}): StoredToken => ({
  ...OWN,
  value: 'old',
  receivedAt: NOW,
  expiresIn: 600,
  ...over,
})
const expired = token({ receivedAt: NOW - 600_000 })
/** In its last tenth: renewed, but good until then. */
const ending = token({ receivedAt: NOW - 570_000 })

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
        'session-ended: your sign-in has ended: when it was renewed, the provider answered for another account',
      )
    expect(renewals(machine)).toHaveLength(1)
  })

  it('holds the lock in the name of the command', async () => {
    const { machine, get } = await signedIn({ tokens: [expired] })
    machine.answers['/token'] = [good]
    let note = ''
    machine.faults.set('unlock', () => {
      for (const [path, bytes] of machine.disk) if (path.endsWith('.holder')) note = String(bytes)
    })
    await get()
    expect(JSON.parse(note)).toMatchObject({ command: 'token' })
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

  it('is kept at the second try', async () => {
    const { machine, given } = await unkept(ROTATED, (write) => write === 2)
    expect(given).toMatchObject({ value: 'new', renewed: true, warning: undefined })
    expect((await machine.kept())?.body).toMatchObject({ refresh: 'refresh-2' })
  })

  it('cannot be kept: it is given, and that the sign-in ends with it is told', async () => {
    const { given, writes } = await unkept(ROTATED, (write) => write >= 2)
    expect([given.value, given.renewed, writes]).toEqual(['new', true, 3])
    expect(told(given.warning)).toEqual([
      expect.stringMatching(/^storage: the renewed sign-in could not be kept: cannot write to \S+ \(EIO\)$/),
      'Sign in again before the token at hand ends: ls-auth login',
    ])
  })

  it('is kept although its directory cannot be flushed', async () => {
    const { machine, get } = await signedIn({ tokens: [expired] })
    machine.answers['/token'] = [ROTATED]
    let flushed = 0
    const directory = (await machine.place()).directory.split('/').at(-1)
    machine.faults.set(`sync ${directory}`, () => {
      if (++flushed > 1) throw Object.assign(new Error('EIO'), { code: 'EIO' })
    })
    const given = await get()
    expect([given.value, given.warning, flushed]).toEqual(['new', undefined, 3])
    expect(given.session.body).toEqual((await machine.kept())?.body)
    expect((await machine.kept())?.body).toMatchObject({ refresh: 'refresh-2' })
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

  it('and a bug on the way is no failure of the person', async () => {
    const { machine, get } = await signedIn({ tokens: [expired] })
    machine.answers['/token'] = [good]
    const bug = new TypeError('a bug')
    Object.defineProperty(machine.ports, 'http', { value: async () => Promise.reject(bug) })
    await expect(get()).rejects.toBe(bug)
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

  it('waits for who holds the lock, and says so', async () => {
    const { machine, get } = await signedIn({ tokens: [expired] })
    machine.put('{}', `${(await machine.place()).directory}/lock.holder`)
    expect((await toldBy(get))[0]).toMatch(/^busy: /)
    expect(machine.heard).toEqual(['waiting for another ls-auth'])
  })
})

describe('a provider that gives no usable answer', () => {
  /** The failure that is noted for those who wait for the lock. */
  async function noted(said: Parameters<Machine['login']>[0], want: object = {}, body: object = {}) {
    const { machine, get } = await signedIn({ tokens: [expired], ...body })
    machine.answers['/token'] = said === undefined ? [] : [said]
    await get(want).catch(() => {})
    expect(renewals(machine).length).toBeGreaterThan(0)
    return (await machine.store()).failureSince(0)
  }

  it.each<[string, Parameters<Machine['login']>[0]]>([
    ['network', new NetworkFailure('gone', true)],
    ['network', new NetworkFailure('never reached', false)],
    ['provider-failed', { status: 503 }],
    ['rate-limited', { status: 429 }],
  ])('is not asked by all who wait: %s', async (code, said) => {
    expect(await noted(said)).toMatchObject({ code })
  })

  it('for this scope alone may answer the others', async () => {
    expect(await noted({ status: 503 }, SCOPED)).toBeUndefined()
    expect(await noted(new NetworkFailure('gone', true), SCOPED)).toMatchObject({ code: 'network' })
  })

  it('is another thing than a refusal, which is about this session alone', async () => {
    expect(await noted({ status: 400, error: 'invalid_grant' })).toBeUndefined()
    expect(await noted({ status: 401, error: 'invalid_client' })).toBeUndefined()
    expect(await noted(tokens({ token_type: 'DPoP' }))).toBeUndefined()
  })

  it('is told to who has waited meanwhile, without a request', async () => {
    const { machine, get } = await signedIn({ tokens: [expired] })
    const store = await machine.store()
    const holder = `${(await machine.place()).directory}/lock.holder`
    machine.put('{}', holder)
    machine.faults.set('sleep', () => {
      machine.disk.delete(holder)
      machine.faults.delete('sleep')
      machine.put(
        JSON.stringify({ at: machine.now, code: 'network', message: 'gone', hint: 'h', detail: [] }),
        holder.replace('lock.holder', 'failed'),
      )
    })
    expect(await toldBy(get)).toEqual(['network: gone', 'h'])
    expect(machine.asked).toEqual([])
    // Whoever comes later asks again.
    machine.now += 1
    machine.answers['/token'] = [good]
    expect((await get()).value).toBe('new')
    expect(await store.failureSince(0)).toBeDefined()
  })

  it('is told all the same where it cannot be noted', async () => {
    const { machine, get } = await signedIn({ tokens: [expired] })
    machine.answers['/token'] = [new NetworkFailure('gone', true)]
    machine.faults.set('create failed.7.tmp', 'ENOSPC')
    expect((await toldBy(get))[0]).toBe('network: gone')
  })
})

describe('what an interrupted run has left', () => {
  const left = { superseded: 'refresh-before' }

  it('is swept up behind a renewal', async () => {
    const { machine, get } = await signedIn({ tokens: [expired], ...left })
    machine.answers['/token'] = [good]
    expect((await get()).value).toBe('new')
    expect(machine.revoked).toEqual(['refresh-before'])
    expect((await machine.kept())?.body).not.toHaveProperty('superseded')
  })

  it('also a token that came for another person', async () => {
    const { machine, get } = await signedIn({ tokens: [expired], foreign: 'of-eve' })
    machine.answers['/token'] = [good]
    expect((await get()).value).toBe('new')
    expect(machine.revoked).toEqual(['of-eve'])
    expect((await machine.kept())?.body).not.toHaveProperty('foreign')
  })

  it('is left alone while the token is good, or the provider out of reach', async () => {
    const fresh = await signedIn(left)
    await fresh.get()
    expect(fresh.machine.revoked).toEqual([])
    for (const tokens of [[expired], [ending]]) {
      const { machine, get } = await signedIn({ tokens, ...left })
      machine.answers['/token'] = [new NetworkFailure('gone', true)]
      const given = await get().catch(() => undefined)
      if (tokens[0] === ending) expect(given).toMatchObject({ value: 'old', renewed: false })
      else expect(given).toBeUndefined()
      expect(machine.revoked).toEqual([])
    }
    // A provider that refuses is there, and can revoke.
    const refused = await signedIn({ tokens: [expired], ...left })
    refused.machine.answers['/token'] = [{ status: 400, error: 'invalid_grant' }]
    await refused.get().catch(() => {})
    expect(refused.machine.revoked).toEqual(['refresh-before'])
  })

  it('a sign-out that was not finished is finished', async () => {
    const { machine, get } = await signedIn({ tokens: [expired] })
    machine.answers['/token'] = [good]
    const place = await machine.place()
    machine.put(
      `${JSON.stringify({ ...machine.header(), sid: 'dead-beef-dead' })}\n`,
      place.tombstone('dead-beef-dead'),
    )
    await get()
    expect(machine.disk.has(place.tombstone('dead-beef-dead'))).toBe(false)
  })

  it('somebody has signed out meanwhile: told, and what is left of it is swept up', async () => {
    const { machine, get } = await signedIn({ tokens: [expired] })
    const { file, directory } = await machine.place()
    machine.put('{}', `${directory}/lock.holder`)
    machine.faults.set('sleep', () => {
      machine.disk.delete(file)
      machine.disk.delete(`${directory}/lock.holder`)
    })
    expect((await toldBy(get))[0]).toBe('not-signed-in: you were signed out in the meantime')
    expect(machine.revoked).toEqual(['refresh-0'])
    expect(machine.itemList()).toEqual([])
  })

  it('an item of no session is removed; its token is not revoked, as it may be of the grant of this one', async () => {
    const { machine, get } = await signedIn({ tokens: [expired] })
    machine.answers['/token'] = [good]
    const place = await machine.place()
    const [own] = machine.itemList()
    const orphan = { sid: 'orphan-orphan', store: 'keychain' }
    machine.put(JSON.stringify([own, orphan]), place.itemList)
    machine.items.set(
      place.account(orphan.sid),
      `1.${'A'.repeat(43)}.${Buffer.from('stray').toString('base64url')}`,
    )
    await get()
    expect(machine.asked).toEqual(['/token'])
    expect(machine.itemList()).toEqual([own])
  })

  it('nothing: nothing is looked for at the provider, and nothing written', async () => {
    const { machine, get } = await signedIn({ tokens: [expired] })
    machine.answers['/token'] = [good]
    await get()
    expect(machine.asked).toEqual(['/token'])
    // Both writes of the renewal, and none behind it.
    expect(machine.log.filter((step) => step === 'create session.7.tmp')).toHaveLength(2)
    expect(machine.log.some((step) => step.startsWith('create items'))).toBe(false)
    // Some keychains ask the person each time: once without the lock, once with it.
    expect(machine.log.filter((step) => step.startsWith('get '))).toHaveLength(2)
  })

  it('that cannot be looked for is left', async () => {
    const { machine, get } = await signedIn({ tokens: [expired] })
    machine.answers['/token'] = [good]
    machine.faults.set(`list ${(await machine.place()).name}`, 'EIO')
    expect((await get()).value).toBe('new')
  })
})

describe('a token for other scopes', () => {
  /** The provider answers the narrower renewal with a refresh token, and the next one as said. */
  async function narrowed(
    next: Parameters<Machine['login']>[0],
    body: object = {},
    refresh_token = 'refresh-1',
  ) {
    const { machine, get } = await signedIn(body, {}, { scopes: ['a', 'b'] })
    machine.answers['/token'] = [
      tokens({ access_token: 'narrow', scope: 'a', refresh_token }),
      ...(next === undefined ? [] : [next]),
    ]
    const given = await get(SCOPED)
    return { machine, get, given, body: (await machine.kept())?.body, sent: renewals(machine) }
  }
  const whole = tokens({ access_token: 'whole', scope: 'a b', refresh_token: 'refresh-2' })

  it('is followed by one for the own scopes, since the provider may have bound the new refresh token', async () => {
    const { given, body, sent } = await narrowed(whole)
    expect(given).toMatchObject({ value: 'narrow', warning: undefined, renewed: true })
    expect(sent).toMatchObject([
      { refresh_token: 'refresh-0', scope: 'a' },
      { refresh_token: 'refresh-1', scope: 'a b' },
    ])
    expect(body).toMatchObject({ refresh: 'refresh-2', afterNarrowing: 'undone' })
    expect(body).not.toHaveProperty('narrowed')
    expect(body?.tokens.map(({ value }) => value).sort()).toEqual(['narrow', 'whole'])
  })

  it('is followed by none where the session has no own token yet, either: it is asked for all the same', async () => {
    const { sent } = await narrowed(whole, { tokens: [] })
    expect(sent).toHaveLength(2)
  })

  it.each([
    { status: 400, error: 'invalid_scope' },
    tokens({ access_token: 'less', scope: 'a', refresh_token: 'refresh-2' }),
  ])('has bound the sign-in: told with the token, and remembered (%j)', async (next) => {
    const { given, body, get, machine } = await narrowed(next)
    expect(given.value).toBe('narrow')
    expect(told(given.warning)[0]).toMatch(
      /^session-ended: the provider has bound your sign-in to the scope or audience just asked for \(/,
    )
    expect(body).toMatchObject({ narrowed: true, afterNarrowing: 'kept' })
    machine.asked.length = 0
    expect((await toldBy(() => get({ scopes: 'b' })))[0]).toMatch(/^not-allowed: this provider would bind/)
    expect(machine.asked).toEqual([])
  })

  it.each([
    { status: 503 },
    { status: 429 },
    new NetworkFailure('gone', true),
    { status: 401, error: 'invalid_client' },
  ])('and nothing is known of the own ones: the next renewal asks again (%j)', async (next) => {
    const { given, body } = await narrowed(next)
    expect(given).toMatchObject({ value: 'narrow' })
    expect(body).toMatchObject({ narrowed: true })
    expect(body).not.toHaveProperty('afterNarrowing')
  })

  it('asks once where the refresh token stays the same, or what comes of it is known', async () => {
    expect((await narrowed(undefined, {}, 'refresh-0')).sent).toHaveLength(1)
    expect((await narrowed(undefined, { afterNarrowing: 'undone' })).sent).toHaveLength(1)
  })

  it('is not followed where it could not be had', async () => {
    const { machine, get } = await signedIn({ narrowed: true })
    machine.answers['/token'] = [{ status: 503 }]
    await get(SCOPED).catch(() => {})
    expect(renewals(machine)).toHaveLength(1)
    const old = await signedIn({ narrowed: true, tokens: [token(), { ...ending, ...SCOPED }] })
    old.machine.answers['/token'] = [{ status: 503 }]
    expect((await old.get(SCOPED)).warning).toBeInstanceOf(Failure)
    expect(renewals(old.machine)).toHaveLength(1)
  })

  it('the own one asks for the own ones itself', async () => {
    const { machine, get } = await signedIn({ narrowed: true, tokens: [expired] })
    machine.answers['/token'] = [whole]
    await get()
    expect(renewals(machine)).toMatchObject([{ scope: 'a b' }])
  })
})

it('the ID token of the session, where that is wanted', async () => {
  const { machine, get } = await signedIn({ tokens: [] }, {}, { scopes: ['openid'] })
  const id_token = await idToken(NOW)
  machine.answers['/token'] = [tokens({ id_token })]
  expect(await get({ use: 'id' })).toMatchObject({ value: id_token, secondsLeft: 600 })
})
