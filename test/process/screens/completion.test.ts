import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Machine, openMachine } from '../../world/machine.ts'
import { needs } from '../../world/needs.ts'
import { BASH, putOnPath, typeInto, ZSH } from '../shell.ts'

/** Profiles are imported and services named by servers, so their names may try to be commands. */
const HOSTILE = '$(touch pwned) `touch pwned` it\'s "x"; touch pwned'

let machine: Machine
beforeAll(async () => {
  machine = await openMachine()
  await putOnPath(machine)
  await mkdir(dirname(machine.configFile), { recursive: true })
  const names = ['work', 'staging', 'eu:prod', HOSTILE, '--rf', 'two\nlines', '\u001b[2Jgone']
  const table = (name: string) => `[profiles.${JSON.stringify(name)}]\nissuer = "https://login.example"\n`
  await writeFile(machine.configFile, `default_profile = "work"\n${names.map(table).join('')}`)
})
afterAll(() => machine.close())

const LINES: [line: string, typed: string][] = [
  ['ls-auth tra\tse\t--ser\tx', '<trace><search><--service><x>'],
  ['ls-auth profile use st\t', '<profile><use><staging>'],
  ['ls-auth --profile st\twho\t', '<--profile><staging><whoami>'],
  ['ls-auth profile use eu:p\t', '<profile><use><eu:prod>'],
  ['ls-auth services --output=nd\t', '<services><--output=ndjson>'],
  ['ls-auth login --backend ja\t--store f\t', '<login><--backend><jaeger><--store><file>'],
  ['ls-auth profile set store k\t', '<profile><set><store><keychain>'],
  ['ls-auth trace get tr\t', '<trace><get><trace.json>'],
  // A name that would be a command is put in as a word.
  ['ls-auth profile use \\$\t', `<profile><use><${HOSTILE}>`],
]

describe.each([
  ['bash', BASH],
  ['zsh', ZSH],
])('in %s', (name, shell) => {
  describe.skipIf(!needs({ commands: [name, 'script'], packages: [name, 'bsdutils'] }))(
    'at a terminal',
    () => {
      it.each(LINES)('%j is completed', async (line, words) => {
        await writeFile(join(machine.home, 'trace.json'), '[]')
        const { typed } = await typeInto(shell, machine, line)
        expect(typed).toBe(words)
        expect(existsSync(join(machine.home, 'pwned'))).toBe(false)
      })

      it('what it lists holds no control character of a name, and no flag', async () => {
        const { shown } = await typeInto(shell, machine, 'ls-auth profile use \t\tx')
        expect(shown).toContain('staging')
        expect(shown).not.toContain('gone')
        expect(shown).not.toContain('--rf')
        expect(shown).not.toContain('lines')
      })
    },
  )
})

describe.skipIf(!needs({ commands: ['fish'], packages: ['fish'] }))('in fish', () => {
  const complete = async (line: string): Promise<string[]> => {
    const script = 'ls-auth completion fish | source; complete --escape -C $argv[1]'
    const { stdout, stderr, exit } = await machine.command('fish', ['-c', script, line]).ended
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 })
    return stdout.split('\n').filter(Boolean)
  }

  it.each([
    ['ls-auth tra', ['trace\tread traces']],
    ['ls-auth profile use st', ['staging\thttps://login.example']],
    ['ls-auth services --output=nd', ['--output=ndjson']],
    ['ls-auth login --store f', ['file']],
    ['ls-auth profile use eu:', ['eu:prod\thttps://login.example']],
  ])('%j', async (line, candidates) => {
    expect(await complete(line)).toEqual(candidates)
  })

  it('a hostile name is escaped', async () => {
    const found = await complete('ls-auth profile use ')
    expect(found).toHaveLength(4)
    expect(found.join('\n')).toContain('\\$\\(touch\\ pwned\\)')
    expect(found.join('\n')).not.toContain('gone')
    expect(existsSync(join(machine.home, 'pwned'))).toBe(false)
  })
})
