import { expect, it } from 'vitest'
import { isAgent } from '../../src/system/terminal/terminal.ts'

it.each([
  [{ CLAUDECODE: '1' }, true],
  [{ CURSOR_AGENT: '1' }, true],
  [{ CODEX_SANDBOX: 'seatbelt' }, true],
  [{ CLAUDECODE: '' }, false],
  [{ CLAUDECODE: '0' }, false],
  [{ PATH: '/bin', TERM: 'xterm' }, false],
])('%j: %s', (variables, started) => {
  expect(isAgent(variables)).toBe(started)
})
