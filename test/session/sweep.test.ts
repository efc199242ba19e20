import type { JWTPayload } from 'jose'
import { describe, expect, it } from 'vitest'
import { NetworkFailure } from '../../src/errors.ts'
import type { Preset } from '../../src/providers/preset.ts'
import type { SessionBody } from '../../src/session/store/session-file.ts'
import { sweep } from '../../src/session/sweep.ts'
import { idToken, openMachine } from './signed-in.ts'
import { BODY } from './store/shelf.ts'

/** What interrupted sign-ins and sign-outs left: what is revoked, what is removed, and what waits for the next one. */

const NOW = 1_800_000_000_000
const GONE = new NetworkFailure('gone', true)
const ORPHAN = { sid: 'orphan-orphan', store: 'keychain' } as const
const secretOf = (refresh: string) => `1.${'A'.repeat(43)}.${Buffer.from(refresh).toString('base64url')}`

async function machineWith(preset: Partial<Preset> = {}) {
  const machine = openMachine({}, preset)
  const place = await machine.place()
  return {
    machine,
    place,
    run: async () => sweep(machine.client, await machine.store(), machine.ports),
    orphan(refresh = 'stray', sid: string = ORPHAN.sid) {
      const list = machine.disk.has(place.itemList) ? machine.itemList() : []
      machine.put(JSON.stringify([...list, { ...ORPHAN, sid }]), place.itemList)
      machine.items.set(place.account(sid), secretOf(refresh))
    },
    /** A sign-out that stopped at its tombstone. */
    async buried(body: Partial<SessionBody> = {}) {
      await machine.keep(body)
      const { sid } = machine.header()
      await (await machine.store()).bury(sid)
      machine.log.length = 0
      return sid
    },
    tombstones: () => [...machine.disk.keys()].filter((path) => path.includes('tombstone-')),
  }
}

it('temporary files of killed processes are removed', async () => {
  const { machine, run, place } = await machineWith()
  await machine.keep()
  machine.put('half', `${place.directory}/session.99.tmp`)
  await run()
  expect(machine.disk.has(`${place.directory}/session.99.tmp`)).toBe(false)
})

describe('a sign-out that was not finished', () => {
  it('is finished: both of its tokens are revoked, item and tombstone removed', async () => {
    const { machine, run, buried, tombstones } = await machineWith()
    await buried({ superseded: 'refresh-before' })
    await run()
    expect(machine.revoked).toEqual(['refresh-before', 'refresh-0'])
    // By what is known of the provider, without a look at it.
    expect(machine.asked).toEqual(['/revoke', '/revoke'])
    expect(tombstones()).toEqual([])
    expect(machine.items.size).toBe(0)
    expect(machine.itemList()).toEqual([])
  })

  it('of a session that cannot be opened is finished without revocation', async () => {
    const { machine, run, buried, tombstones } = await machineWith()
    await buried()
    machine.items.clear()
    await run()
    expect(machine.asked).toEqual([])
    expect(tombstones()).toEqual([])
  })

  it('waits while the provider is out of reach', async () => {
    const { machine, run, buried, tombstones } = await machineWith()
    await buried()
    machine.answers['/revoke'] = [GONE, { status: 200 }]
    await run()
    expect(tombstones()).toHaveLength(1)
    // Its item is no orphan: the tombstone still owns it.
    expect(machine.items.size).toBe(1)
    await run()
    expect(tombstones()).toEqual([])
  })
})

describe('a sign-out that was not finished, and somebody has signed in since', () => {
  async function behind(
    dead: JWTPayload | undefined,
    living: JWTPayload | undefined,
    preset: Partial<Preset> = {},
  ) {
    const scene = await machineWith(preset)
    const of = async (claims: JWTPayload | undefined) =>
      claims === undefined ? {} : { idToken: await idToken(NOW, claims) }
    await scene.buried({ superseded: 'refresh-before', ...(await of(dead)) })
    await scene.machine.keep(await of(living), 'refresh-new')
    return scene
  }

  it.each<[string, JWTPayload, JWTPayload]>([
    ['another person', { sub: 'eve' }, {}],
    ['another session of the provider', { sid: '1' }, { sid: '2' }],
  ])('is revoked where it has a grant of its own: %s', async (_, dead, living) => {
    const { machine, run, tombstones } = await behind(dead, living)
    await run()
    // The one that it had replaced was compared with it alone.
    expect(machine.revoked).toEqual(['refresh-0'])
    expect(tombstones()).toEqual([])
    expect(machine.itemList()).toHaveLength(1)
  })

  it.each<[string, JWTPayload | undefined, JWTPayload | undefined]>([
    ['the same person', {}, {}],
    ['who types the password again', { auth_time: 1 }, { auth_time: 2 }],
    ['of whom nothing is known', undefined, {}],
    ['or of whom nothing is known now', {}, undefined],
  ])('is finished without revocation where both may have one grant: %s', async (_, dead, living) => {
    const { machine, run, tombstones } = await behind(dead, living)
    await run()
    expect(machine.asked).toEqual([])
    expect(tombstones()).toEqual([])
    expect((await machine.kept())?.secret.refresh).toBe('refresh-new')
  })
})

describe('the token that came for another person', () => {
  const both = { superseded: 'refresh-before', foreign: 'of-eve' }
  it('is revoked beside the one of a sign-in that was replaced, and then forgotten', async () => {
    const { machine, run } = await machineWith()
    await machine.keep(both)
    await run()
    expect(machine.revoked).toEqual(['refresh-before', 'of-eve'])
    for (const name of Object.keys(both)) expect((await machine.kept())?.body).not.toHaveProperty(name)
  })

  it('is revoked by a sign-out that is finished later', async () => {
    const { machine, run, buried } = await machineWith()
    await buried(both)
    await run()
    expect(machine.revoked).toEqual(['refresh-before', 'of-eve', 'refresh-0'])
  })
})

describe('the token of a sign-in that was replaced', () => {
  it('is revoked, and then forgotten', async () => {
    const { machine, run } = await machineWith()
    await machine.keep({ superseded: 'refresh-before' })
    await run()
    expect(machine.revoked).toEqual(['refresh-before'])
    const { superseded, ...body } = (await machine.kept())?.body ?? {}
    expect(superseded).toBeUndefined()
    expect(body).toMatchObject(BODY)
    // By what is known of the provider, without a look at it.
    expect(machine.asked).toEqual(['/revoke'])
  })

  it('waits while the provider is out of reach, and nothing else does', async () => {
    const { machine, run, orphan } = await machineWith()
    await machine.keep({ superseded: 'refresh-before' })
    orphan()
    machine.answers['/revoke'] = [GONE, { status: 200 }]
    await run()
    expect((await machine.kept())?.body.superseded).toBe('refresh-before')
    expect(machine.itemList()).toHaveLength(1)
  })
})

describe('an item that no session has', () => {
  it('is revoked and removed where nobody is signed in', async () => {
    const { machine, run, orphan } = await machineWith()
    orphan()
    await run()
    expect(machine.revoked).toEqual(['stray'])
    expect(machine.itemList()).toEqual([])
    expect(machine.items.size).toBe(0)
  })

  it('is removed alone where somebody is: it may be of the same grant', async () => {
    const { machine, run, orphan } = await machineWith()
    await machine.keep({ idToken: await idToken(NOW) })
    const own = machine.itemList()
    orphan()
    await run()
    expect(machine.asked).toEqual([])
    expect(machine.itemList()).toEqual(own)
    expect(machine.items.size).toBe(1)
  })

  it('waits while the provider is out of reach, and the next one does not', async () => {
    const { machine, run, orphan } = await machineWith()
    orphan('first', 'first-first')
    orphan('second', 'second-second')
    machine.answers['/revoke'] = [GONE, { status: 200 }]
    await run()
    expect(machine.revoked).toEqual(['second'])
    expect(machine.itemList().map(({ sid }) => sid)).toEqual(['first-first'])
  })
})
