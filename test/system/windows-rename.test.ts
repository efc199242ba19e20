import fs, { type PathLike } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { writeAtomically } from '../../src/storage/atomic-write.ts'
import { realFiles } from '../../src/system/files/files.ts'
import { onWindows } from '../world/on-windows.ts'

type Renamed = (error: NodeJS.ErrnoException | null) => void
const rename = fs.rename

let place: string
let target: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'ls-auth-rename-'))
  target = join(place, 'session')
  await writeFile(target, 'old')
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.useRealTimers()
  await rm(place, { recursive: true })
})

/** Each rename fails so, as while a scanner holds one of the files, until it lets go. Gives how often it was tried. */
function held(code: string, isLetGo: () => boolean): () => number {
  let tried = 0
  const fake = (from: PathLike, to: PathLike, done: Renamed) => {
    tried += 1
    if (isLetGo()) return rename(from, to, done)
    done(Object.assign(new Error(code), { code }))
  }
  vi.spyOn(fs, 'rename').mockImplementation(fake as typeof rename)
  return () => tried
}

const write = () => writeAtomically(target, Buffer.from('new'), realFiles, 1)

/** How it ends, and after how many milliseconds; time passes only while it waits. */
async function endOf(writing: Promise<void>): Promise<[end: string, milliseconds: number]> {
  const start = performance.now()
  let end: string | undefined
  void writing.then(
    () => {
      end = 'written'
    },
    (error) => {
      end = error.code
    },
  )
  while (end === undefined) {
    await new Promise((done) => setImmediate(done))
    if (vi.getTimerCount() > 0) await vi.advanceTimersByTimeAsync(10)
  }
  return [end, performance.now() - start]
}

const withFakeTime = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })

describe('on Windows, where a scanner holds a file for a moment', () => {
  onWindows()

  it.each(['EPERM', 'EACCES', 'EBUSY'])('a file is replaced once %s is over', async (code) => {
    withFakeTime()
    const start = performance.now()
    held(code, () => performance.now() - start > 9_000)
    const [end, milliseconds] = await endOf(write())
    expect(end).toBe('written')
    expect(milliseconds).toBeLessThan(9_200)
    expect(await readFile(target, 'utf8')).toBe('new')
    expect(await readdir(place)).toEqual(['session'])
  })

  it('one that is held for good is given up after ten seconds, and not asked for all the time', async () => {
    withFakeTime()
    const tried = held('EPERM', () => false)
    const [end, milliseconds] = await endOf(write())
    expect(end).toBe('EPERM')
    expect(milliseconds).toBeGreaterThanOrEqual(10_000)
    expect(milliseconds).toBeLessThan(10_200)
    expect(tried()).toBeLessThan(120)
    expect(await readFile(target, 'utf8')).toBe('old')
    expect(await readdir(place)).toEqual(['session'])
  })
})
