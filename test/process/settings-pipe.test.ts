import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BINARY } from '../world/machine.ts'
import { IS_POSIX } from '../world/posix.ts'

// Windows has no named pipes in directories.
describe.skipIf(!IS_POSIX)('a settings file that is none', () => {
  let home: string
  let config: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'ls-auth-pipe-'))
    mkdirSync(join(home, 'config', 'ls-auth'), { recursive: true })
    config = join(home, 'config', 'ls-auth', 'config.toml')
  })
  afterEach(() => rmSync(home, { recursive: true }))

  /** A run that waits for whoever writes to a pipe would wait for ever. */
  const run = (command: string, ...args: string[]) => {
    const env = {
      PATH: process.env.PATH,
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_STATE_HOME: join(home, 'state'),
    }
    return spawnSync(command, args, { env, encoding: 'utf8', timeout: 20_000, killSignal: 'SIGKILL' })
  }

  it.each<[string, () => void]>([
    ['a pipe', () => execFileSync('mkfifo', [config])],
    ['a link to a device without an end', () => symlinkSync('/dev/zero', config)],
    ['a directory', () => mkdirSync(config)],
  ])('%s: said at once', (_, make) => {
    make()
    for (const command of ['status', 'logout', 'token']) {
      const { status, stdout, stderr } = run(process.execPath, BINARY, command)
      expect([command, status, stdout, stderr]).toEqual([
        command,
        2,
        '',
        `error: ${config} is not a file\nhint: Move it away, then try again.\n`,
      ])
    }
  })

  it('a link to one is read', () => {
    writeFileSync(join(home, 'dotfile'), '[profiles.work]\nissuer = "https://idp.example"\nclient_id = "x"\n')
    symlinkSync(join(home, 'dotfile'), config)
    expect(run(process.execPath, BINARY, 'status').stdout).toMatch(/^. work +not signed in/m)
  })

  it('a profile may come from a pipe that the person names', () => {
    const profile = '[profiles.work]\\nissuer = "https://idp.example"\\nclient_id = "x"\\n'
    const line = `"$0" "$1" profile add --yes --from <(printf '${profile}')`
    const { status, stderr } = run('bash', '-c', line, process.execPath, BINARY)
    expect([status, stderr]).toEqual([0, expect.stringContaining('work')])
  })
})
