import { beforeEach, describe, expect, it } from 'vitest'
import { sessionName } from '../../../src/session/session-name.ts'
import type { SessionPlace } from '../../../src/session/store/session-place.ts'
import { findUnfinished } from '../../../src/session/store/sign-ins.ts'
import { toldBy } from '../../told.ts'
import { BODY, FACTS, openShelf, type Shelf, STATE } from './shelf.ts'

let shelf: Shelf
let place: SessionPlace
beforeEach(async () => {
  shelf = openShelf()
  place = await shelf.place()
})

const directory = { kind: 'directory', mode: 0o700, uid: 1000, size: 0 } as const

describe('a sign-out that was not finished', () => {
  const buried = async () => {
    const store = await shelf.signIn()
    const { sid } = shelf.header()
    await store.bury(sid)
    return { store, sid, path: place.tombstone(sid) }
  }

  it('is found by its item, and by the header of its sign-in', async () => {
    const { store, sid } = await buried()
    expect(await store.tombstones()).toEqual([{ sid, store: 'keychain' }])
    expect(await findUnfinished(STATE, shelf.ports)).toEqual([expect.objectContaining({ sid })])
  })

  it('is none that anybody has to finish while somebody is signed in there', async () => {
    const { store } = await buried()
    await store.install(FACTS, BODY, 'another-refresh-token')
    expect(await findUnfinished(STATE, shelf.ports)).toEqual([])
  })

  it('of one account is found beside the sign-in of another', async () => {
    const { sid } = await buried()
    const other = { account: 'other' }
    await (await shelf.store(other)).install({ ...FACTS, ...other }, BODY, 'another-refresh-token')
    expect(await findUnfinished(STATE, shelf.ports)).toEqual([expect.objectContaining({ sid })])
  })

  it('and is damaged can still be finished: the list of items knows its store', async () => {
    const { store, sid, path } = await buried()
    shelf.put('no session', path)
    expect(await store.tombstones()).toEqual([{ sid, store: 'keychain' }])
    expect(await findUnfinished(STATE, shelf.ports)).toEqual([])
  })

  it('and is damaged, with an item that is gone: only the file is left to remove', async () => {
    const { store, path } = await buried()
    shelf.put('no session', path)
    shelf.put('[{"sid":"another-sid","store":"keychain"}]', place.itemList)
    const [item] = await store.tombstones()
    expect(item).toEqual({ sid: path.split('tombstone-')[1], store: 'file' })
  })

  it('and cannot be read is a failure: it may be whole', async () => {
    const { store, sid } = await buried()
    shelf.faults.set(`read tombstone-${sid}`, 'EIO')
    expect((await toldBy(() => store.tombstones()))[0]).toMatch(/^storage: cannot read .*\(EIO\)$/)
  })
})

describe('a directory in place of the session file', () => {
  beforeEach(() => {
    shelf.facts.set(place.file, directory)
    shelf.put('x', `${place.file}/notes`)
  })

  it('is removed by the next sign-in', async () => {
    await shelf.signIn()
    expect(shelf.facts.has(`${place.file}/notes`)).toBe(false)
    expect(shelf.header()).toMatchObject({ issuer: FACTS.issuer })
  })

  it('stays where the disk is full for another reason, which is told', async () => {
    shelf.facts.delete(place.file)
    shelf.faults.set('rename session.7.tmp session', 'ENOSPC')
    expect((await toldBy(() => shelf.signIn()))[0]).toMatch(/^storage: cannot write .*\(ENOSPC\)$/)
    expect(shelf.facts.has(`${place.file}/notes`)).toBe(true)
  })
})

describe('a damaged session', () => {
  it('is discarded with all its items, and the directory is synced', async () => {
    const store = await shelf.signIn()
    const account = place.account(shelf.header().sid)
    expect(shelf.items.has(account)).toBe(true)
    await store.discardDamaged()
    expect([shelf.items.has(account), shelf.disk.has(place.file)]).toEqual([false, false])
    expect(shelf.log.at(-1)).toBe(`sync ${sessionName(shelf.client)}`)
  })

  it('whose directory cannot be synced is not said to be gone', async () => {
    const store = await shelf.signIn()
    shelf.faults.set(`sync ${sessionName(shelf.client)}`, 'EIO')
    expect((await toldBy(() => store.discardDamaged()))[0]).toMatch(/^storage: cannot write .*\(EIO\)$/)
  })
})

it('a link in place of the directory of a session can be removed, and the hint says how', async () => {
  const store = await shelf.signIn()
  shelf.facts.set(place.directory, { ...directory, kind: 'other' })
  expect((await toldBy(() => store.read()))[1]).toBe(`Remove it: rm -f ${place.directory}`)
})
