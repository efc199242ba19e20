import { execFileSync } from 'node:child_process'
import { readFileSync, writeSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { fileStore, loginArgs, signIn } from '../process/sign-in.ts'
import { hasKeyring, type KeyringSession, openKeyringSession } from '../world/keyring-session.ts'
import { type Machine, openMachine } from '../world/machine.ts'
import { type Provider, startProvider } from '../world/provider.ts'

/** The npm package of the last version, and the directory with that of this one: `npm run release:check` has both. */
const { LS_AUTH_BEFORE: before, LS_AUTH_PACKAGES: packages } = process.env
if (before === undefined || packages === undefined)
  writeSync(2, 'SKIPPED the upgrade: npm run release:check\n')

describe.skipIf(before === undefined || packages === undefined || !hasKeyring())(
  'an upgrade over the last version, installed for all people of a machine',
  () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    let prefix: string
    let provider: Provider
    let session: KeyringSession
    let kept: Machine[]

    const npm = (...args: string[]) =>
      execFileSync('npm', [args[0] ?? '', '--global', '--prefix', prefix, '--silent', ...args.slice(1)])

    beforeAll(async () => {
      prefix = await mkdtemp(join(tmpdir(), 'ls-auth-prefix-'))
      provider = await startProvider()
      session = await openKeyringSession()
      const open = () => openMachine({ program: [process.execPath, join(prefix, 'bin/ls-auth')] })
      const [keychain, file] = [await open(), await open()]
      Object.assign(keychain.env, session.env, { HOME: keychain.home })
      kept = [keychain, file]
      npm('install', resolve(before ?? '.'))
      for (const machine of kept) {
        const store = machine === file ? fileStore(machine) : []
        expect((await signIn(machine, [...loginArgs(provider), ...store])).ended).toMatchObject({ exit: 0 })
      }
    })
    afterAll(async () => {
      await Promise.all([provider.close(), session.close(), ...kept.map((machine) => machine.close())])
      await rm(prefix, { recursive: true, force: true })
    })

    it('keeps the sign-ins in the keychain and in a file, and renews them', async () => {
      const tokens: string[] = []
      for (const machine of kept) {
        expect((await machine.run(['--version'])).stdout).not.toBe(`${version}\n`)
        tokens.push((await machine.run(['token'])).stdout)
      }
      npm('install', join(resolve(packages ?? '.'), `ls-auth-${version}.tgz`))
      for (const [i, machine] of kept.entries()) {
        expect(await machine.run(['--version'])).toMatchObject({ stdout: `${version}\n`, stderr: '' })
        expect(await machine.run(['token'])).toMatchObject({ exit: 0, stdout: tokens[i], stderr: '' })
        const refreshes = provider.refreshCount()
        expect(await machine.run(['token', '--min-ttl', '60m'])).toMatchObject({ exit: 0, stderr: '' })
        expect(provider.refreshCount() - refreshes).toBe(1)
        expect((await machine.run(['whoami'])).stdout).toMatch(/^alice@example\.test\n/)
      }
      expect(await session.search('ls-auth')).toContain('secret = ')
    })

    it('the action for GitHub installs it too', async () => {
      const { inputs, runs } = parse(await readFile('.github/actions/setup-ls-auth/action.yml', 'utf8'))
      const guide = await readFile('docs/install.md', 'utf8')
      const [step] = parse(/```yaml\n([^`]*)/.exec(guide)?.[1] ?? '[]')
      expect(step.uses).toBe('OWNER/ls-auth/.github/actions/setup-ls-auth@vVERSION')
      expect(Object.keys(inputs)).toEqual(Object.keys(step.with))
      const other = await mkdtemp(join(tmpdir(), 'ls-auth-action-'))
      const env = {
        ...process.env,
        PATH: `${other}/bin:${process.env.PATH}`,
        LS_AUTH_PACKAGE: join(resolve(packages ?? '.'), `ls-auth-${version}.tgz`),
        npm_config_prefix: other,
      }
      const [{ shell, run }] = runs.steps
      const said = execFileSync(shell, ['-euo', 'pipefail', '-c', run], { env, encoding: 'utf8' })
      expect(said).toMatch(new RegExp(`^${version}$`, 'm'))
      await rm(other, { recursive: true })
    })

    it('is removed but for what docs/install.md names: settings, sessions and the key file', async () => {
      npm('uninstall', 'ls-auth')
      const left = (await readdir(prefix, { recursive: true })).filter((path) => path.includes('ls-auth'))
      expect(left).toEqual([])
      for (const { home } of kept) {
        const files = (await readdir(home, { recursive: true, withFileTypes: true })).filter((one) =>
          one.isFile(),
        )
        const places = files.map(({ parentPath, name }) => join(parentPath, name).slice(home.length + 1))
        expect(
          places.filter((path) => !/^(config|state)\/ls-auth\/|^keys\/ls-auth\.key$/.test(path)),
        ).toEqual([])
      }
    })
  },
)
