import { expect, it } from 'vitest'
import { commandLine } from '../../src/commands/command-line.ts'
import { repeatFlags } from '../../src/commands/repeat-flags.ts'
import type { Ports } from '../../src/ports/ports.ts'

const KEY = 'C:\\my keys\\k'
const on = (platform: NodeJS.Platform) => ({ env: { platform } }) as Ports
const typed = (command: string) => ({
  command,
  args: ['my trace.json'],
  options: { storeKeyFile: KEY, profile: 'work' },
  settings: { storeKeyFile: KEY },
})

it.each([
  ['linux', `ls-auth trace get 'my trace.json' --store-key-file '${KEY}' --profile work`],
  ['win32', `ls-auth trace get "my trace.json" --store-key-file "${KEY}" --profile work`],
] as const)('a line to copy is quoted for the shells of %s', (platform, line) => {
  expect(commandLine({ ...typed('trace get'), ports: on(platform) })).toBe(line)
})

it.each([
  ['linux', `Run: ls-auth login --profile work --store-key-file '${KEY}'`],
  ['win32', `Run: ls-auth login --profile work --store-key-file "${KEY}"`],
] as const)('so are the flags that a hint repeats, on %s', (platform, hint) => {
  const line = { ...typed('token'), ports: on(platform) }
  expect(repeatFlags('Run: ls-auth login', line)).toBe(hint)
  // A value in quotes of either kind is one word: the flag behind it is not repeated.
  expect(repeatFlags(hint, line)).toBe(hint)
})
