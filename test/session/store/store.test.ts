import { beforeEach, describe, expect, it } from 'vitest'
import type { FileFacts } from '../../../src/ports/ports.ts'
import { sessionName } from '../../../src/session/session-name.ts'
import type { SessionPlace } from '../../../src/session/store/session.ts'
import { refreshTokenOf } from '../../../src/session/store/session.ts'
import type { SessionHeader } from '../../../src/session/store/session-file.ts'
import { toldBy } from '../../told.ts'
import { BODY, FACTS, openShelf, type Shelf, STATE } from './shelf.ts'

const DAMAGED = 'The file was not changed. Sign in again to replace it: ls-auth login'

let shelf: Shelf
let place: SessionPlace
beforeEach(async () => {
  shelf = openShelf()
  place = await shelf.place()
})

describe('where a session lies', () => {
  it('is a directory of its own in the state directory, named by issuer, client and account', async () => {
    expect(place).toMatchObject({
      name: 'a297c48c91f01345936d044c',
      directory: `${STATE}/sessions/${place.name}`,
      directories: [STATE, `${STATE}/sessions`, `${STATE}/sessions/${place.name}`],
      file: `${STATE}/sessions/${place.name}/session`,
      itemList: `${STATE}/sessions/${place.name}/items.json`,
    })
    expect(place.tombstone('SID')).toBe(`${place.directory}/tombstone-SID`)
    expect(place.account('SID')).toBe(`${place.name}|SID`)
    expect(place.vault('keychain')).toBe(place.vault('keychain'))
    for (const other of [{ issuer: 'https://x' }, { clientId: 'x' }, { account: 'x' }])
      expect(sessionName({ ...shelf.client, ...other })).not.toBe(place.name)
    const underOtherName = { ...shelf.client, profile: 'x' }
    expect(sessionName(underOtherName)).toBe(place.name)
  })
})

describe('a new session', () => {
  it('is listed, kept, read back and committed, in this order', async () => {
    const store = await shelf.store()
    await store.install(FACTS, BODY, 'the-refresh-token')
    const { sid } = shelf.header()
    expect(sid).toMatch(/^[\w-]{16}$/)
    expect(shelf.header()).toEqual({ schema: 1, sid, store: 'keychain', ...FACTS })
    expect(shelf.itemList()).toEqual([{ sid, store: 'keychain' }])
    const written = (name: string) => [
      `unlink ${name}.7.tmp`,
      `create ${name}.7.tmp`,
      `rename ${name}.7.tmp ${name}`,
      `sync ${place.name}`,
    ]
    expect(shelf.log).toEqual([
      'read items.json',
      ...written('items.json'),
      `set ${place.name}|${sid}`,
      `get ${place.name}|${sid}`,
      ...written('session'),
    ])
    const session = await store.read()
    expect(session).toEqual({
      header: shelf.header(),
      body: BODY,
      secret: { key: expect.any(Buffer), refresh: 'the-refresh-token' },
    })
    expect(session && refreshTokenOf(session)).toBe('the-refresh-token')
  })

  it('that could not be written says so, and the session before it stays', async () => {
    const store = await shelf.signIn()
    shelf.faults.set('create session.7.tmp', 'ENOSPC')
    expect((await toldBy(() => store.install(FACTS, { ...BODY, skewSeconds: 9 }, 'other')))[0]).toBe(
      `storage: cannot write to ${place.directory} (ENOSPC)`,
    )
    expect((await store.read())?.body.skewSeconds).toBe(0)
    shelf.faults.set('read session', 'EIO')
    expect((await toldBy(() => store.install(FACTS, BODY, 'other')))[0]).toContain('(ENOSPC)')
  })
})

describe('the session that is there', () => {
  it('none is none', async () => {
    const store = await shelf.store()
    expect(await store.peek()).toBeUndefined()
    expect(await store.peekPast()).toBeUndefined()
    expect(await store.read()).toBeUndefined()
    expect(await store.items()).toEqual([])
    expect(await store.tombstones()).toEqual([])
  })

  it('is seen without its key, and written anew by its holder', async () => {
    const store = await shelf.signIn()
    expect(await store.peek()).toEqual(shelf.header())
    expect(await store.peekPast()).toEqual(shelf.header())
    expect(shelf.log.filter((line) => line.startsWith('get '))).toEqual([])
    const session = await store.read()
    if (!session) throw new Error('no session')
    const rotated = { ...session, body: { ...BODY, refresh: 'rotated' } }
    await store.commit(rotated)
    const again = await store.read()
    expect(again).toEqual(rotated)
    expect(again && refreshTokenOf(again)).toBe('rotated')
  })

  it('is judged before its key is fetched', async () => {
    const store = await shelf.signIn()
    const judge = (found: SessionHeader) => {
      expect(found).toEqual(shelf.header())
      throw new Error('not for this API')
    }
    await expect(store.read(judge)).rejects.toThrow('not for this API')
    expect(shelf.log).toEqual([
      'inspect ls-auth',
      'inspect sessions',
      `inspect ${place.name}`,
      'inspect session',
      'read session',
    ])
  })

  it.each([
    ['nothing', ''],
    ['no line', '{"schema":1,"sid":"x","apis":{}}'],
    ['no JSON', 'x\n'],
    ['an old schema', '{"schema":0,"sid":"x","apis":{}}\n'],
    ['no schema', '{"sid":"x","apis":{}}\n'],
    ['a schema in text', '{"schema":"2","sid":"x","apis":{}}\n'],
    ['no sid', '{"schema":1,"apis":{}}\n'],
    ['no APIs', '{"schema":1,"sid":"x"}\n'],
  ])('with %s in its file is damaged: told, left, and past by a sign-in', async (_, content) => {
    shelf.put(content)
    const store = await shelf.store()
    const words = [`session-ended: the session file ${place.file} is damaged`, DAMAGED]
    expect(await toldBy(() => store.peek())).toEqual(words)
    expect(await toldBy(() => store.read())).toEqual(words)
    expect(await store.peekPast()).toBeUndefined()
    expect(shelf.disk.get(place.file)?.toString()).toBe(content)
  })

  it.each<[string, object]>([
    ['a sid that is no text', { sid: 7 }],
    ['no sid', { sid: undefined }],
    ['a store of another version', { store: 'cloud' }],
    ['no store', { store: undefined }],
    ['no issuer', { issuer: undefined }],
    ['a client that is no text', { clientId: 7 }],
    ['an account that is no text', { account: null }],
    ['APIs in a list', { apis: ['https://gw.acme.example'] }],
    ['no APIs', { apis: undefined }],
    ['one API that is no text', { apis: { acme: 'https://gw.acme.example', eu: 7 } }],
    ['a wrapped key that is no text', { wrappedKey: 7 }],
  ])('with %s in its header is damaged, whatever else is right', async (_, over) => {
    const GOOD = { schema: 1, sid: 'first-sid', store: 'file', ...FACTS, wrappedKey: 'AAAA' }
    const store = await shelf.store({ store: 'file', storeKeyFile: '/home/ada/key' })
    shelf.put(`${JSON.stringify(GOOD)}\n`)
    expect(await store.peek()).toEqual(GOOD)
    shelf.put(`${JSON.stringify({ ...GOOD, ...over })}\n`)
    const words = [`session-ended: the session file ${place.file} is damaged`, DAMAGED]
    expect(await toldBy(() => store.peek())).toEqual(words)
    expect(await toldBy(() => store.read())).toEqual(words)
  })

  it('of a newer ls-auth is touched by nobody', async () => {
    shelf.put('{"schema":2}\n')
    const store = await shelf.store()
    for (const look of [store.peek, store.peekPast, store.read]) {
      expect(await toldBy(() => look())).toEqual([
        `settings: the session in ${place.file} was written by a newer ls-auth (version 2, this one reads 1)`,
        'Upgrade ls-auth. The file was not changed.',
      ])
    }
  })

  it('in a directory that others can write to is not read', async () => {
    const store = await shelf.signIn()
    shelf.facts.set(place.directory, { kind: 'directory', mode: 0o777, uid: 1000, size: 0 })
    const words = [
      `refused: ${place.directory} is writable by others`,
      `Run: chmod 700 ${place.directory}, or choose another XDG_STATE_HOME.`,
    ]
    for (const look of [
      () => store.peek(),
      () => store.read(),
      () => store.readTombstone({ sid: 'x', store: 'file' }),
    ])
      expect(await toldBy(look)).toEqual(words)
  })

  it.each<[string, Partial<FileFacts>, string]>([
    ['is writable by others', { mode: 0o620 }, 'Run: chmod 600 FILE'],
    ['belongs to another user', { uid: 0 }, 'Remove it: rm -f FILE, then sign in again: ls-auth login'],
  ])('in a file that %s is not read', async (why, facts, hint) => {
    const store = await shelf.signIn()
    shelf.facts.set(place.file, { kind: 'file', mode: 0o600, uid: 1000, size: 9, ...facts })
    for (const look of [store.peek, store.read])
      expect(await toldBy(() => look())).toEqual([
        `refused: ${place.file} ${why}`,
        hint.replace('FILE', place.file),
      ])
  })

  it('in a file that is a link is refused by the read, which says so', async () => {
    const store = await shelf.signIn()
    shelf.facts.set(place.file, { kind: 'symlink', mode: 0o777, uid: 0, size: 9 })
    shelf.faults.set('read session', 'ELOOP')
    expect((await toldBy(() => store.read()))[0]).toBe(`refused: ${place.file} is a symbolic link`)
  })
})
