import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { addFlags } from '../../src/cli/command.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { allTools } from '../../src/mcp/offer.ts'
import { ENTRIES } from '../cli/rows.ts'

/** The names under which a command reads what was typed. */
function flagsOf(words: string): string[] {
  const row = ENTRIES.find((entry) => entry.words === words)?.row
  const command = new Command()
  if (row && 'run' in row) addFlags(row, command)
  return command.options.map((option) => option.attributeName())
}

describe('an argument of a tool is an option of the command that answers it: else it would be passed over', () => {
  it.each([
    ['trace search', 'search_traces'],
    ['trace why', 'explain_traces'],
    ['trace get', 'get_trace'],
  ])('%s', async (words, tool) => {
    const flags = flagsOf(words)
    const all = (await allTools(COMMANDS)).find(({ name }) => name === tool)?.arguments ?? []
    const read = all.flatMap(({ flag, place }) => (flag === undefined || place !== undefined ? [] : [flag]))
    expect(read.length).toBeGreaterThan(3)
    expect(read.filter((flag) => !flags.includes(flag))).toEqual([])
  })
})
