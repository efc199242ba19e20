import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { sealBox } from '../../../src/session/store/sealed-box.ts'
import type { SessionPlace } from '../../../src/session/store/session.ts'
import { type SessionHeader, sealFile } from '../../../src/session/store/session-file.ts'
import { toldBy } from '../../told.ts'
import { BODY, FACTS, openShelf, type Shelf, STATE } from './shelf.ts'

const DAMAGED = 'The file was not changed. Sign in again to replace it: ls-auth login'

let shelf: Shelf
let place: SessionPlace
beforeEach(async () => {
  shelf = openShelf()
  place = await shelf.place()
})

describe('a session that changes while it is read', () => {
  const sealed = (sid: string, key: Buffer) =>
    sealFile({ schema: 1, sid, store: 'keychain', ...FACTS } as SessionHeader, BODY, key)
  const item = (sid: string, key: Buffer) =>
    shelf.items.set(`${place.name}|${sid}`, `1.${key.toString('base64url')}.`)

  it('is read again with the key of the new one', async () => {
    const store = await shelf.signIn()
    const key = randomBytes(32)
    const { sid } = shelf.header()
    shelf.faults.set(`get ${place.name}|${sid}`, () => {
      // Another sign-in: new file, new item, and the old item is gone.
      shelf.put(sealed('second-sid', key))
      item('second-sid', key)
      shelf.items.delete(`${place.name}|${sid}`)
    })
    expect((await store.read())?.header.sid).toBe('second-sid')
  })

  it('is none when it has gone meanwhile', async () => {
    const store = await shelf.signIn()
    shelf.faults.set(`get ${place.name}|${shelf.header().sid}`, () => {
      shelf.disk.delete(place.file)
      shelf.items.clear()
    })
    expect(await store.read()).toBeUndefined()
  })

  it('that its key does not open is damaged, after three looks', async () => {
    const store = await shelf.store()
    shelf.put(sealed('first-sid', randomBytes(32)))
    item('first-sid', randomBytes(32))
    expect(await toldBy(() => store.read())).toEqual([
      `session-ended: the session file ${place.file} is damaged`,
      DAMAGED,
    ])
    expect(shelf.log.filter((line) => line === 'read session')).toHaveLength(3)
  })

  it.each(['', 'no JSON', '{}', '{"tokens":7}'])(
    'whose content is %j, though sealed, is damaged',
    async (content) => {
      const key = randomBytes(32)
      const store = await shelf.store()
      const head = Buffer.from(JSON.stringify({ schema: 1, sid: 'first-sid', store: 'keychain', ...FACTS }))
      shelf.put(Buffer.concat([head, Buffer.from('\n'), sealBox(content, key, head)]))
      item('first-sid', key)
      expect(await toldBy(() => store.read())).toEqual([
        `session-ended: the session file ${place.file} is damaged`,
        DAMAGED,
      ])
    },
  )
})

describe('errors of the disk', () => {
  it.each([
    [
      'read session',
      'ELOOP',
      ['refused: FILE is a symbolic link', 'Remove it. ls-auth does not follow links there.'],
    ],
    [
      'read session',
      'EIO',
      ['storage: cannot read FILE (EIO)', 'Free some space or correct the permissions, then try again.'],
    ],
    [
      'read session',
      '',
      ['storage: cannot read FILE (error)', 'Free some space or correct the permissions, then try again.'],
    ],
    [
      'inspect sessions',
      'EACCES',
      [
        `storage: cannot inspect ${STATE}/sessions (EACCES)`,
        'Free some space or correct the permissions, then try again.',
      ],
    ],
    [
      'inspect sessions',
      '',
      [
        `storage: cannot inspect ${STATE}/sessions (error)`,
        'Free some space or correct the permissions, then try again.',
      ],
    ],
  ])('at %s (%s)', async (call, code, words) => {
    const store = await shelf.signIn()
    shelf.faults.set(call, code)
    expect(await toldBy(() => store.read())).toEqual(words.map((line) => line.replace('FILE', place.file)))
  })

  it.each(['ENOENT', 'ENOTDIR', 'EROFS', 'EPERM', 'EACCES', 'ELOOP', 'EIO', 'XEPERM', 'EPERMX', ''])(
    'at a write (%s), another directory is proposed where that helps',
    async (code) => {
      const store = await shelf.signIn()
      const session = await store.read()
      shelf.faults.set('create session.7.tmp', code)
      const [words, hint] = await toldBy(() => session && store.commit(session))
      expect(words).toBe(`storage: cannot write to ${place.directory} (${code || 'error'})`)
      const helps = ['ENOENT', 'ENOTDIR', 'EROFS', 'EPERM', 'EACCES', 'ELOOP'].includes(code)
      expect(hint?.includes('XDG_STATE_HOME')).toBe(helps)
    },
  )
})
