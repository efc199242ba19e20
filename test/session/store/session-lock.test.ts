import { beforeEach, describe, expect, it } from 'vitest'
import type { Failure } from '../../../src/errors.ts'
import type { SessionPlace } from '../../../src/session/store/session.ts'
import { told, toldBy } from '../../told.ts'
import { openShelf, type Shelf } from './shelf.ts'

let shelf: Shelf
let place: SessionPlace
beforeEach(async () => {
  shelf = openShelf()
  place = await shelf.place()
})

describe('the lock of a session', () => {
  const holder = () => `${place.directory}/lock.holder`
  const since = '2027-01-15T08:00:00.000Z'

  it('is held during the work, with a note of who holds it, and let go after it', async () => {
    const store = await shelf.store()
    const note = await store.withSessionLock(
      'login',
      () => {},
      async () => JSON.parse(String(shelf.disk.get(holder()))),
    )
    expect(note).toEqual({ pid: 7, command: 'login', since })
    expect(shelf.disk.has(holder())).toBe(false)
    expect(shelf.facts.get(place.directory)?.kind).toBe('directory')
  })

  it('is let go when the work fails', async () => {
    const store = await shelf.store()
    await expect(
      store.withSessionLock(
        'login',
        () => {},
        async () => {
          throw new Error('ours')
        },
      ),
    ).rejects.toThrow('ours')
    expect(shelf.disk.has(holder())).toBe(false)
  })

  const waiting = async (note: string, tty = true) => {
    Object.assign(shelf.ports.terminal, { errIsTTY: tty })
    shelf.put(note, holder())
    const heard: [string, number][] = []
    const began = shelf.now
    const store = await shelf.store()
    const failure = await store
      .withSessionLock(
        'token',
        (line) => heard.push([line, shelf.now - began]),
        async () => 'done',
      )
      .catch((error: Failure) => told(error)[0])
    return { heard, failure, waited: shelf.now - began }
  }
  const NOTE = `{"pid":9,"command":"login\\u001b","since":"${since}"}`
  const WHO = `: process 9 (login\\u{1b}) since ${since}`

  it('of another is waited for: a word after one second, the end after forty-five', async () => {
    const { heard, failure, waited } = await waiting(NOTE)
    expect(heard).toEqual([[`waiting for another ls-auth${WHO}`, expect.any(Number)]])
    expect(heard[0]?.[1]).toBeGreaterThanOrEqual(1_000)
    expect(heard[0]?.[1]).toBeLessThan(1_200)
    expect(failure).toBe(`busy: another ls-auth has held this session for too long${WHO}`)
    expect(waited).toBeGreaterThanOrEqual(45_000)
    expect(waited).toBeLessThan(45_200)
  })

  it('of another is waited for in silence where no person looks', async () => {
    expect((await waiting(NOTE, false)).heard).toEqual([])
  })

  it.each(['', 'x', '{}', '{"pid":"9"}'])('with the note %j tells nothing about its holder', async (note) => {
    expect((await waiting(note)).heard.map(([line]) => line)).toEqual(['waiting for another ls-auth'])
  })

  it('that is let go in time is taken', async () => {
    let sleeps = 0
    shelf.faults.set('sleep', () => {
      if (++sleeps === 5) shelf.disk.delete(holder())
    })
    expect(await waiting(NOTE)).toMatchObject({ heard: [], failure: 'done' })
  })

  const unlockable = async (code: string) => {
    const store = await shelf.store()
    const nothing = async () => {}
    shelf.faults.set('lock lock', code)
    return toldBy(() => store.withSessionLock('token', () => {}, nothing))
  }

  it.each([
    ['EACCES', 'Fix its permissions, or point XDG_STATE_HOME at a directory that you can write to.'],
    ['EROFS', 'Fix its permissions, or point XDG_STATE_HOME at a directory that you can write to.'],
    ['ENOSPC', 'Free some space or correct the permissions, then try again.'],
    ['', 'Free some space or correct the permissions, then try again.'],
  ])('that cannot be had says why, and which file that is (%s)', async (code, hint) => {
    expect(await unlockable(code)).toEqual([
      `storage: cannot lock this session: ${place.directory}/lock (${code || 'error'})`,
      hint,
    ])
  })

  it('that another user made is given back', async () => {
    const path = `${place.directory}/lock`
    shelf.facts.set(path, { kind: 'file', mode: 0o600, uid: 0, size: 0 })
    expect(await unlockable('EACCES')).toEqual([
      `storage: cannot lock this session: ${path} belongs to another user`,
      `Run: sudo chown 1000 ${path}`,
    ])
    expect((await unlockable('ENOSPC'))[0]).toMatch(/\(ENOSPC\)$/)
  })

  it.each(['ENOLCK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])(
    'on a file system without locks (%s) is looked for on another one',
    async (code) => {
      expect(await unlockable(code)).toEqual([
        `storage: cannot lock this session: the file system of ${place.directory}/lock does not support locks (${code})`,
        'Use a local disk: export XDG_STATE_HOME=/a/local/directory, then sign in again: ls-auth login',
      ])
    },
  )
})
