import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { explainTraces } from '../../../src/commands/mcp/tools/explain-traces.ts'
import { getTrace } from '../../../src/commands/mcp/tools/get-trace.ts'
import { searchTraces } from '../../../src/commands/mcp/tools/search-traces.ts'
import { ENTRIES } from '../../cli/rows.ts'

/** The names under which a command reads what was typed. */
function flagsOf(words: string): string[] {
  const row = ENTRIES.find((entry) => entry.words === words)?.row
  const command = new Command()
  if (row && 'options' in row) row.options?.(command)
  return command.options.map((option) => option.attributeName())
}

describe('an argument of a tool is an option of the command that answers it: else it would be passed over', () => {
  it.each([
    ['trace search', searchTraces],
    ['trace why', explainTraces],
    ['trace get', getTrace],
  ])('%s', (words, { arguments: all }) => {
    const flags = flagsOf(words)
    const read = all.flatMap(({ flag }) => (flag === undefined ? [] : [flag]))
    expect(read.length).toBeGreaterThan(3)
    expect(read.filter((flag) => !flags.includes(flag))).toEqual([])
  })
})
