import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readRecord } from '../../src/audit/read-record.ts'
import { MOST_BYTES, rotate } from '../../src/audit/record.ts'
import type { Files, Lock } from '../../src/ports/ports.ts'
import { realFiles } from '../../src/system/files/files.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ls-auth-record-'))
})
afterEach(() => rm(directory, { recursive: true }))

const file = (number = 0) => join(directory, number === 0 ? 'audit.jsonl' : `audit.jsonl.${number}`)
const line = (more: object) =>
  `${JSON.stringify({ time: '2026-01-01T00:00:00.000Z', event: 'request', ...more })}\n`
const write = (number: number, ...paths: readonly string[]) =>
  writeFile(file(number), paths.map((path) => line({ path })).join(''))
const paths = async (files: Files = realFiles) =>
  (await readRecord(directory, files)).entries.map((e) => e.path)

describe('the record is read', () => {
  it('from its old files to its new one', async () => {
    await write(4, 'a', 'b')
    await write(2, 'c')
    await write(0, 'd', 'e')
    expect(await paths()).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it.each([0, 1, 2, 3, 4])('whole, and once, while it is rotated after read %i', async (after) => {
    for (const number of [3, 2, 1]) await write(number, `of ${number}`)
    await writeFile(file(), line({ path: 'new' }) + ' '.repeat(MOST_BYTES))
    let reads = 0
    const read: Files['read'] = async (path) => {
      const bytes = await realFiles.read(path)
      if (reads++ === after) {
        const lock: Lock = { tryLock: async () => async () => {} }
        await rotate(directory, realFiles, lock)
        await write(0, 'newer')
      }
      return bytes
    }
    const read4 = (await paths({ ...realFiles, read })).filter((path) => path !== 'newer')
    expect(read4).toEqual(['of 3', 'of 2', 'of 1', 'new'])
  })

  it('whole, where a line was added between its reading and the rotation', async () => {
    await write(0, 'a')
    let isFirst = true
    const read: Files['read'] = async (path) => {
      const bytes = await realFiles.read(path)
      if (isFirst) {
        isFirst = false
        await write(1, 'a', 'b')
        await rm(file())
      }
      return bytes
    }
    expect(await paths({ ...realFiles, read })).toEqual(['a', 'b'])
  })

  it('with two files alike as two', async () => {
    await writeFile(file(), '')
    await write(1, 'a')
    expect(await paths()).toEqual(['a'])
  })

  it.each([
    ['audit.jsonl', 0],
    ['audit.jsonl.1', 1],
  ])('with the name of the file that cannot be: %s', async (name, number) => {
    await write(0, 'a')
    await rm(file(number), { force: true })
    await symlink('elsewhere', file(number))
    await expect(readRecord(directory, realFiles)).rejects.toMatchObject({
      message: expect.stringMatching(new RegExp(`^cannot read \\S*/${name} \\(ELOOP\\)$`)),
    })
    await rm(file(number))
    await mkdir(file(number))
    await expect(readRecord(directory, realFiles)).rejects.toThrow(`/${name} (EISDIR)`)
  })
})

describe('a line is damaged', () => {
  it.each([
    { path: 5 },
    { traceparent: 7 },
    { profile: 5 },
    { trace_id: ['a'] },
    { span_id: 1 },
    { sub: {} },
    { status: '200' },
    { ms: true },
    { time: 5 },
    { event: null },
    { time: 'once' },
  ])('that has %j', async (odd) => {
    await writeFile(
      file(),
      line({ path: 'good', ...odd }) + line({ path: 'good', status: 200, ms: 1.5, sub: null }),
    )
    const { entries, damaged } = await readRecord(directory, realFiles)
    expect({ count: entries.length, damaged }).toEqual({ count: 1, damaged: 1 })
    expect(entries[0]).toMatchObject({ path: 'good', status: 200, ms: 1.5, sub: null, span_id: null })
  })
})
