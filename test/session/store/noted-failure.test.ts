import { beforeEach, describe, expect, it } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import { failureSince, noteFailure } from '../../../src/session/store/noted-failure.ts'
import type { SessionPlace } from '../../../src/session/store/session-place.ts'
import { openShelf, type Shelf, STATE } from './shelf.ts'

const DIRECTORY = `${STATE}/sessions/abc`
const FILE = `${DIRECTORY}/failed`
const down = new Failure('network', 'id.acme.example did not answer', {
  hint: 'Check the VPN.',
  detail: ['connect ECONNREFUSED', '203.0.113.1:443'],
})

let shelf: Shelf
let place: SessionPlace
beforeEach(async () => {
  shelf = openShelf()
  place = { ports: shelf.ports, files: await shelf.ports.files(), directory: DIRECTORY } as SessionPlace
})

describe('a renewal that failed is noted for those who wait', () => {
  it('in the same words, with its hint and its details', async () => {
    const began = shelf.now
    shelf.now += 5_000
    await noteFailure(place, down)
    shelf.now += 1_000
    const noted = await failureSince(place, began)
    expect(noted).toBeInstanceOf(Failure)
    const { code, message, hint, detail } = down
    expect({ ...noted, message: noted?.message }).toMatchObject({ code, message, hint, detail })
  })

  it('and is found by another process through its own store', async () => {
    await (await shelf.store()).noteFailure(down)
    expect(await (await shelf.store()).failureSince(shelf.now - 1)).toMatchObject({
      code: 'network',
      message: down.message,
    })
  })

  it('in a file of the session, written whole or not at all', async () => {
    await noteFailure(place, down)
    expect(JSON.parse(String(shelf.disk.get(FILE)))).toEqual({
      at: shelf.now,
      code: 'network',
      message: 'id.acme.example did not answer',
      hint: 'Check the VPN.',
      detail: ['connect ECONNREFUSED', '203.0.113.1:443'],
    })
    expect(shelf.log).toContain('rename failed.7.tmp failed')
  })

  it('also in the millisecond in which somebody looks', async () => {
    await noteFailure(place, down)
    expect(await failureSince(place, shelf.now - 1)).toBeDefined()
  })

  it('a full disk is a failure of its own', async () => {
    shelf.faults.set('create failed.7.tmp', 'ENOSPC')
    await expect(noteFailure(place, down)).rejects.toMatchObject({ code: 'storage' })
  })
})

describe('nothing is taken from', () => {
  const note = (over: object) =>
    shelf.disk.set(
      FILE,
      Buffer.from(JSON.stringify({ at: shelf.now, code: 'network', message: 'm', ...over })),
    )

  it('no file', async () => {
    expect(await failureSince(place, 0)).toBeUndefined()
  })

  it('a file that cannot be read: that is said instead', async () => {
    shelf.faults.set('read failed', 'EIO')
    await expect(failureSince(place, 0)).rejects.toMatchObject({ code: 'storage' })
  })

  it('a failure of before', async () => {
    await noteFailure(place, down)
    expect(await failureSince(place, shelf.now)).toBeUndefined()
    expect(await failureSince(place, shelf.now + 1)).toBeUndefined()
  })

  it('one of the future: the clock was set back', async () => {
    await noteFailure(place, down)
    shelf.now -= 1
    expect(await failureSince(place, 0)).toBeUndefined()
  })

  it.each([
    ['a time that is text', { at: '1800000000000' }],
    ['no time', { at: undefined }],
    ['no code', { code: undefined }],
    ['a code that is a list', { code: ['network'] }],
    ['a code of another version', { code: 'teapot' }],
    ['a code of every object', { code: 'toString' }],
    ['no message', { message: undefined }],
    ['a message that is a number', { message: 5 }],
  ])('%s', async (_, over) => {
    note(over)
    expect(await failureSince(place, 0)).toBeUndefined()
  })

  it('a file that is no JSON object', async () => {
    shelf.disk.set(FILE, Buffer.from('[1]'))
    expect(await failureSince(place, 0)).toBeUndefined()
  })
})

it('a note without hint or details has the usual hint and none; a hint that is no text counts as none', async () => {
  for (const over of [{}, { hint: 7, detail: 'x' }]) {
    shelf.disk.set(
      FILE,
      Buffer.from(JSON.stringify({ at: shelf.now, code: 'network', message: 'm', ...over })),
    )
    expect(await failureSince(place, 0)).toMatchObject({ hint: new Failure('network', 'm').hint, detail: [] })
  }
})

it('details that are no texts are shown as texts', async () => {
  shelf.disk.set(
    FILE,
    Buffer.from(JSON.stringify({ at: shelf.now, code: 'network', message: 'm', detail: [1, 'two'] })),
  )
  expect(await failureSince(place, 0)).toMatchObject({ detail: ['1', 'two'] })
})
