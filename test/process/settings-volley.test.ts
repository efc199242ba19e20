import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadGun } from '../reliability/starting-gun.ts'
import { BINARY, type Machine, openMachine } from '../world/machine.ts'

const EACH = Array.from({ length: 16 }, (_, i) => `p${i}`)

let machine: Machine
beforeEach(async () => {
  machine = await openMachine()
  await mkdir(dirname(machine.configFile), { recursive: true })
})
afterEach(() => machine.close())

const settings = () => readFile(machine.configFile, 'utf8')
const atOnce = async (lines: readonly (readonly string[])[]) => {
  const gun = await loadGun(machine, BINARY)
  const runs = lines.map((line) => gun.line(line))
  await gun.fire()
  return Promise.all(runs.map(({ ended }) => ended))
}

describe('settings that sixteen processes change at one moment', () => {
  it('hold every profile that was added, and the comments of before', async () => {
    await writeFile(
      machine.configFile,
      '# ours\n[profiles.first] # the oldest\nissuer = "https://id.example"\n',
    )
    const flags = ['--backend', 'jaeger', '--authorization', 'none']
    const ended = await atOnce(
      EACH.map((name) => ['profile', 'add', name, '--api', `http://127.0.0.1/${name}`, ...flags]),
    )
    expect(ended.map(({ exit, stderr }) => (exit === 0 ? exit : stderr))).toEqual(EACH.map(() => 0))
    const text = await settings()
    for (const name of EACH) expect(text).toContain(`[profiles.${name}]\n`)
    for (const name of EACH) expect(text).toContain(`api = "http://127.0.0.1/${name}"`)
    expect(text).toContain('# ours\n[profiles.first] # the oldest\nissuer = "https://id.example"\n')
    expect(text.match(/default_profile = .*/g)).toEqual(['default_profile = "first"'])
    expect(await readdir(dirname(machine.configFile))).toEqual(['config.toml'])
  })

  it('hold every value that was set, each with its comment', async () => {
    const profile = (name: string) =>
      `# of ${name}\n[profiles.${name}] # ${name}\nissuer = "https://id.example"\n`
    await writeFile(machine.configFile, EACH.map(profile).join('\n'))
    const ended = await atOnce(
      EACH.map((name) => ['profile', 'set', 'tenant', `of-${name}`, '--profile', name]),
    )
    expect(ended.map(({ exit, stderr }) => (exit === 0 ? exit : stderr))).toEqual(EACH.map(() => 0))
    const text = await settings()
    for (const name of EACH) {
      expect(text).toContain(`# of ${name}\n`)
      expect(text).toContain(`[profiles.${name}] # ${name}\n`)
      expect(text).toContain(`tenant = "of-${name}"`)
    }
  })

  it('say once of each profile that it was removed', async () => {
    const names = EACH.slice(0, 4)
    await writeFile(
      machine.configFile,
      names.map((name) => `[profiles.${name}]\nissuer = "https://id.example"\n`).join('\n'),
    )
    const ended = await atOnce(EACH.map((_, i) => ['profile', 'remove', names[i % names.length] as string]))
    for (const name of names) {
      const said = ended.filter(({ stderr }) => stderr.includes(`Removed the profile ${name}.`))
      const missing = ended.filter(({ stderr }) =>
        stderr.startsWith(`error: there is no profile "${name}"\n`),
      )
      expect(said.map(({ exit }) => exit)).toEqual([0])
      expect(missing.map(({ exit }) => exit)).toEqual([2, 2, 2])
    }
    expect(await settings()).not.toContain('[profiles.')
  })
})
