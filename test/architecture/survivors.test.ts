import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { roomOf } from '../mutation/rooms.mjs'
import { changeOf, compareWithReasons, reasonsOf } from '../mutation/survivors.mjs'

const listed = readdirSync(new URL('../mutation/survivors', import.meta.url)).map((name) =>
  name.replace(/\.json$/, ''),
)

describe('the reasons for changes that no test notices', () => {
  it.each(listed)('%s: each has words, and the line that it speaks of is there', (room) => {
    for (const { file, reason, changes } of reasonsOf(room)) {
      expect({ file, room: roomOf(file) }).toEqual({ file, room })
      expect(reason).not.toBe('')
      const source = readFileSync(file, 'utf8')
      const lines = source.split('\n')
      const ends = { status: '', replacement: '' }
      const known = new Set(
        lines.map((_, index) => {
          const location = { start: { line: index + 1, column: 1 }, end: { line: index + 1, column: 1 } }
          return changeOf(source, { ...ends, location })[0]
        }),
      )
      expect(changes.filter(([line]) => !known.has(line))).toEqual([])
    }
  })

  const source = 'one()\nif (a\n  && b) two()\n'
  const location = { start: { line: 2, column: 5 }, end: { line: 3, column: 7 } }
  const files = { 'src/a.ts': { source, mutants: [{ status: 'Survived', replacement: 'true', location }] } }

  it('know a change by its line and its words, wherever the line stands', () => {
    const moved = {
      source: `// more\n${source}`,
      mutants: [{ status: 'Survived', replacement: 'true', location: shifted }],
    }
    const reasons = compareWithReasons(files, []).unanswered
    expect(reasons).toEqual([{ file: 'src/a.ts', reason: '', changes: [['if (a', 'a && b -> true']] }])
    expect(compareWithReasons({ 'src/a.ts': moved }, reasons)).toEqual({
      unanswered: [],
      count: 0,
      settled: [],
    })
  })
  const shifted = { start: { line: 3, column: 5 }, end: { line: 4, column: 7 } }

  it('are told when they are not needed any more', () => {
    const noticed = { 'src/a.ts': { source, mutants: [{ status: 'Killed', replacement: 'true', location }] } }
    const reasons = compareWithReasons(files, []).unanswered
    expect(compareWithReasons(noticed, reasons).settled).toEqual(['src/a.ts: if (a: a && b -> true'])
  })
})
