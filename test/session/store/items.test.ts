import { beforeEach, describe, expect, it } from 'vitest'
import { sessionName } from '../../../src/session/session-name.ts'
import type { SessionPlace } from '../../../src/session/store/session.ts'
import type { Item } from '../../../src/session/store/session-store.ts'
import { findByProfile, findEverySignIn, findSignIns } from '../../../src/session/store/sign-ins.ts'
import { toldBy } from '../../told.ts'
import { BODY, FACTS, openShelf, type Shelf, STATE } from './shelf.ts'

let shelf: Shelf
let place: SessionPlace
beforeEach(async () => {
  shelf = openShelf()
  place = await shelf.place()
})

describe('the items of all sign-ins', () => {
  it.each([
    ['no JSON', 'x', []],
    ['no list', '{"sid":"first-sid"}', []],
    [
      'things that are no items',
      '[null,"first-sid",{"sid":"short"},{"sid":"../../../../etc"},{"sid":7},{"sid":"first-sid","store":"keychain"}]',
      [{ sid: 'first-sid', store: 'keychain' }],
    ],
    [
      'an item of 64 characters',
      `[{"sid":"${'a'.repeat(64)}"},{"sid":"${'a'.repeat(65)}"}]`,
      [{ sid: 'a'.repeat(64) }],
    ],
  ])('with %s in the list', async (_, content, list) => {
    shelf.put(content, place.itemList)
    expect(await (await shelf.store()).items()).toEqual(list)
  })

  it('are recalled one by one, and what the keychain does not give is none', async () => {
    const store = await shelf.signIn()
    const { sid } = shelf.header()
    expect(await store.recallItem({ sid, store: 'keychain' })).toEqual({
      key: expect.any(Buffer),
      refresh: 'the-refresh-token',
    })
    expect(await store.recallItem({ sid: 'another-sid', store: 'keychain' })).toBeUndefined()
    expect(await store.recallItem({ sid, store: 'file' })).toBeUndefined()
  })

  it('are discarded with their entry in the list, and no other', async () => {
    const store = await shelf.signIn()
    const [one] = shelf.itemList() as [Item]
    await store.install(FACTS, BODY, 'second')
    const [, two] = shelf.itemList() as [Item, Item]
    await store.discardItem(one)
    expect([...shelf.items.keys()]).toEqual([`${place.name}|${two.sid}`])
    expect(shelf.itemList()).toEqual([two])
    await store.discardItem({ sid: two.sid, store: 'file' })
    expect(shelf.items.size).toBe(1)
    expect(shelf.itemList()).toEqual([])
  })
})

describe('a sign-out', () => {
  it('leaves a tombstone, from which it can be finished', async () => {
    const store = await shelf.signIn()
    const { sid } = shelf.header()
    await store.bury(sid)
    expect(shelf.log).toEqual([`rename session tombstone-${sid}`, `sync ${place.name}`])
    expect(await store.read()).toBeUndefined()
    expect(await store.tombstones()).toEqual([{ sid, store: 'keychain' }])
    expect((await store.readTombstone({ sid, store: 'keychain' }))?.body).toEqual(BODY)
    await store.clearTombstone({ sid, store: 'keychain' })
    expect(await store.tombstones()).toEqual([])
  })

  it.each([
    ['bury', 'rename session tombstone-x', 'EIO'],
    ['bury', 'sync NAME', 'EIO'],
    ['clearTombstone', 'unlink tombstone-x', 'EIO'],
    ['tombstones', 'list NAME', 'EIO'],
  ] as const)('%s says when the disk fails at %s', async (what, call, code) => {
    const store = await shelf.signIn()
    shelf.faults.set(call.replace('NAME', place.name), code)
    const work = {
      bury: () => store.bury('x'),
      clearTombstone: () => store.clearTombstone({ sid: 'x', store: 'file' }),
      tombstones: () => store.tombstones(),
    }[what]
    const where = what === 'tombstones' ? `read ${place.directory}` : `write to ${place.directory}`
    expect((await toldBy(work))[0]).toBe(`storage: cannot ${where} (EIO)`)
  })
})

describe('what killed processes left', () => {
  it('is cleared, and nothing else', async () => {
    const store = await shelf.signIn()
    const left = ['session.12.tmp', 'items.json.3.tmp', 'probe.99']
    const kept = [
      'session.tmp',
      'session.12.tmp.bak',
      'my-session.12.tmp',
      'probe.x',
      'my-probe.1',
      'probe.1x',
      'items_json.3.tmp',
      'tombstone-x',
      'lock',
    ]
    for (const name of [...left, ...kept]) shelf.put('', `${place.directory}/${name}`)
    await store.clearTemporary()
    const names = [...shelf.disk.keys()].map((path) => path.slice(place.directory.length + 1))
    expect(names.sort()).toEqual([...kept, 'session', 'items.json'].sort())
  })
})

describe('the proof that a session can be stored', () => {
  it('writes as much as a session takes, and asks the keychain under the lock', async () => {
    const store = await shelf.store()
    let bytes = 0
    shelf.faults.set('unlink probe.7', () => {
      bytes = Math.max(bytes, shelf.disk.get(`${place.directory}/probe.7`)?.length ?? 0)
    })
    await store.probe(() => {})
    expect(bytes).toBe(16_384)
    expect(shelf.log.slice(4)).toEqual([
      'unlink probe.7',
      'create probe.7',
      'unlink probe.7',
      'lock lock',
      `set probe|${place.name}`,
      `get probe|${place.name}`,
      `remove probe|${place.name}`,
      'unlock',
    ])
    expect(shelf.disk.size + shelf.items.size).toBe(0)
  })

  it('of the file store needs no lock: nobody waits while a passphrase is typed', async () => {
    shelf = openShelf({ store: 'file', storeKeyFile: '/home/ada/key' })
    await (await shelf.store()).probe(() => {})
    expect(shelf.log).not.toContain('lock lock')
    expect(shelf.disk.has('/home/ada/key')).toBe(true)
  })

  it.each([
    [
      `mkdir NAME`,
      'EACCES',
      'Fix its permissions, or point XDG_STATE_HOME at a directory that you can write to.',
    ],
    ['create probe.7', 'ENOSPC', 'Free some space or correct the permissions, then try again.'],
    [
      'create probe.7',
      'EROFS',
      'Fix its permissions, or point XDG_STATE_HOME at a directory that you can write to.',
    ],
  ])('fails at %s (%s) with the next step', async (call, code, hint) => {
    shelf.faults.set(call.replace('NAME', place.name), code)
    const store = await shelf.store()
    expect(await toldBy(() => store.probe(() => {}))).toEqual([
      `storage: cannot write to ${place.directory} (${code})`,
      hint,
    ])
  })
})

describe('all sign-ins on this machine', () => {
  const clientOf = (letter: string) => ({ issuer: 'https://id', clientId: letter, account: 'default' })
  const NAMES = { a: sessionName(clientOf('a')), b: sessionName(clientOf('b')) }
  const write = (letter: 'a' | 'b', file: string, apis: Record<string, string>) =>
    shelf.put(
      `${JSON.stringify({ schema: 1, sid: `${letter}-${file}`, store: 'file', ...clientOf(letter), apis })}\n`,
      `${STATE}/sessions/${NAMES[letter]}/${file}`,
    )

  it('are found by their headers, buried ones where they are asked for', async () => {
    expect(await findSignIns(STATE, shelf.ports)).toEqual([])
    write('a', 'session', { one: 'https://x' })
    write('a', 'tombstone-1', {})
    write('b', 'tombstone-2', { two: 'https://x' })
    shelf.put('damaged', `${STATE}/sessions/${'c'.repeat(24)}/session`)
    shelf.put('{"schema":2}\n', `${STATE}/sessions/${'d'.repeat(24)}/session`)
    const sids = async (options?: { buried: boolean }) =>
      (await findSignIns(STATE, shelf.ports, options)).map(({ sid }) => sid)
    expect(await sids()).toEqual(['a-session'])
    expect(await sids({ buried: true })).toEqual(['a-session', 'b-tombstone-2'])
  })

  it.each([STATE, `${STATE}/sessions`, `${STATE}/sessions/${NAMES.a}`])(
    'are not believed where others can write to %s: they say who is asked to revoke what',
    async (directory) => {
      write('a', 'session', {})
      shelf.facts.set(directory, { kind: 'directory', mode: 0o777, uid: 1000, size: 0 })
      expect((await toldBy(() => findSignIns(STATE, shelf.ports)))[0]).toBe(
        `refused: ${directory} is writable by others`,
      )
    },
  )

  it('are each found, where they are all to be named: one that others can write to is not believed', async () => {
    write('a', 'session', {})
    write('b', 'session', {})
    const directory = `${STATE}/sessions/${NAMES.a}`
    shelf.facts.set(directory, { kind: 'directory', mode: 0o777, uid: 1000, size: 0 })
    const found = await findEverySignIn(STATE, shelf.ports)
    expect(found.find(({ name }) => name === NAMES.a)?.header).toMatchObject({
      code: 'refused',
      message: `${directory} is writable by others`,
    })
    expect(found.find(({ name }) => name === NAMES.b)?.header).toMatchObject({ sid: 'b-session' })
  })

  it.each(['EIO', ''])('are not said to be none where the disk fails (%s)', async (code) => {
    shelf.faults.set('list sessions', code)
    expect((await toldBy(() => findSignIns(STATE, shelf.ports)))[0]).toBe(
      `storage: cannot read ${STATE}/sessions (${code || 'error'})`,
    )
  })

  it('and the one of a profile', async () => {
    write('a', 'session', { one: 'https://x' })
    write('b', 'session', { acme: 'https://x' })
    expect((await findByProfile(shelf.client, shelf.ports))?.sid).toBe('b-session')
    expect(await findByProfile({ ...shelf.client, profile: 'other' }, shelf.ports)).toBeUndefined()
  })
})
