import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Failure } from '../../src/errors.ts'
import type { Files } from '../../src/ports/ports.ts'
import { readConfig } from '../../src/settings/files/config-file.ts'
import { type Change, changeConfig } from '../../src/settings/files/config-text.ts'
import type { Settings } from '../../src/settings/files/settings-files.ts'
import { realFiles } from '../../src/system/files/files.ts'
import { told } from '../told.ts'
import { IS_POSIX } from '../world/posix.ts'
import { changer, settingsIn } from './changer.ts'

const OURS = '# ours\n\n[profiles.work] # the gateway\ntenant = "a" # mine\n'

let directory: string
let path: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ls-auth-settings-'))
  path = join(directory, 'config.toml')
  await writeFile(path, OURS)
})
afterEach(() => rm(directory, { recursive: true }))

const text = () => readFile(path, 'utf8')
const read = async () => settingsIn(directory, await readConfig(path, realFiles))
const change = (settings: Settings, change: Change) => changeConfig(settings, () => change, changer())
const failureOf = (changing: Promise<unknown>) => changing.catch((error: Failure) => told(error)[0])

describe('two changes from one reading', () => {
  it.each<[string, Change, Change, string]>([
    [
      'of one profile',
      { set: 'work', values: { api: 'https://a.example' } },
      { set: 'work', values: { tenant: 'b' } },
      `${OURS.replace('"a"', '"b"')}api = "https://a.example"\n`,
    ],
    [
      'of two new profiles',
      { set: 'one', values: { tenant: 'x' } },
      { set: 'two', values: { tenant: 'y' } },
      `${OURS}\n[profiles.one]\ntenant = "x"\n\n[profiles.two]\ntenant = "y"\n`,
    ],
    [
      'of the default, and of a profile',
      { set: 'one', values: { tenant: 'x' } },
      { defaultProfile: 'one' },
      `${OURS.replace('ours', 'ours\ndefault_profile = "one"')}\n[profiles.one]\ntenant = "x"\n`,
    ],
    [
      'of which one takes a profile away',
      { set: 'one', values: { tenant: 'x' } },
      { remove: 'work' },
      '# ours\n\n[profiles.one]\ntenant = "x"\n',
    ],
  ])('%s: both are there, and the comments', async (_, first, second, expected) => {
    const old = await read()
    await change(old, first)
    const { text: given } = await change(old, second)
    expect(await text()).toBe(expected)
    expect(given).toBe(expected)
  })
})

describe('a change', () => {
  const NEW = { issuer: 'https://id.example', scopes: ['openid'], expect: { groups: ['ops'] } }
  it.each([
    [
      'in one line',
      '# ours\nprofiles = { work = { tenant = "a" } } # all\n',
      '# ours\nprofiles = { work = { tenant = "a" }, new = { issuer = "https://id.example", scopes = [ "openid" ], expect = { groups = [ "ops" ] } } } # all\ndefault_profile = "work"\n',
    ],
    [
      'over lines',
      'profiles = {\n  work = { tenant = "a" },\n  # more\n}\n',
      'profiles = {\n  work = { tenant = "a" },\n  new = { issuer = "https://id.example", scopes = [ "openid", ], expect = { groups = [ "ops", ], }, },\n  # more\n}\ndefault_profile = "work"\n',
    ],
    [
      'and there is none yet',
      'profiles = {}\n',
      'profiles = {new = {issuer = "https://id.example", scopes = ["openid"], expect = {groups = ["ops"]}}}\ndefault_profile = "work"\n',
    ],
  ])('adds a profile where the profiles are one table: %s', async (_, before, after) => {
    await writeFile(path, before)
    await change(await read(), { set: 'new', values: NEW, defaultProfile: 'work' })
    expect(await text()).toBe(after)
    expect((await readConfig(path, realFiles)).profiles.new).toEqual(NEW)
  })

  it('leaves the note of its process where the state is, and the file closed to others', async () => {
    await change(await read(), { remove: 'work' })
    const note = JSON.parse(await readFile(join(directory, 'state', 'settings.lock.holder'), 'utf8'))
    expect(note).toEqual({ pid: 1, command: 'profile set', since: expect.any(String) })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('that another process never lets begin says who that is', async () => {
    const { ports } = changer()
    const state = join(directory, 'state')
    await realFiles.makeDirectory(state)
    const unlock = await (await ports.lock()).tryLock(
      join(state, 'settings.lock'),
      '{"pid":9,"command":"login"}',
    )
    let now = 0
    const sleep = async (milliseconds: number) => {
      now += milliseconds
    }
    const impatient = { ...changer(), ports: { ...ports, clock: { now: () => now, sleep } } }
    const changing = changeConfig(await read(), () => ({ remove: 'work' }), impatient)
    expect(await failureOf(changing)).toMatch(
      /^busy: another ls-auth has held the settings for too long: process 9 \(login\) since/,
    )
    await unlock?.()
    expect(await text()).toBe(OURS)
  })

  it.each([
    ['state', 'XDG_STATE_HOME', 'cannot write to '],
    ['settings', 'XDG_CONFIG_HOME', 'cannot write '],
  ])('without a place for its %s names the setting', async (what, variable, says) => {
    const old = await read()
    await writeFile(join(directory, 'a-file'), '')
    const nowhere = join(directory, 'a-file', 'below')
    const places = {
      ...old.places,
      ...(what === 'state' ? { stateDirectory: nowhere } : { configFile: join(nowhere, 'config.toml') }),
    }
    const failure = await changeConfig({ ...old, places }, () => ({ defaultProfile: 'x' }), changer()).catch(
      (error: Failure) => error,
    )
    expect(failure).toMatchObject({ code: 'storage', hint: expect.stringContaining(variable) })
    expect((failure as Failure).message).toMatch(`${says}${nowhere}`)
    expect(await text()).toBe(OURS)
  })

  it.each(['config.toml', 'state', 'ls-auth'])(
    'by sudo, where %s is of another user, leaves it all as it is',
    async (name) => {
      const config = await readConfig(path, realFiles)
      const inspect: Files['inspect'] = async (at) => {
        const facts = await realFiles.inspect(at)
        return facts && { ...facts, uid: basename(at) === name ? 54_321 : 0 }
      }
      const places = {
        configFile: join(directory, 'ls-auth', 'config.toml'),
        stateDirectory: join(directory, 'state'),
      }
      await mkdir(join(directory, 'ls-auth'))
      await writeFile(places.configFile, OURS)
      if (name === 'state') await mkdir(places.stateDirectory)
      const { ports, ...root } = changer(1, { ...realFiles, inspect })
      const env = { ...ports.env, uid: 0, variables: { SUDO_UID: '54321' } }
      const changing = changeConfig(
        { ...settingsIn(directory, config), places },
        () => ({ remove: 'work' }),
        {
          ...root,
          ports: { ...ports, env },
        },
      )
      await expect(changing).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringMatching(new RegExp(`/${name} belongs to another user$`)),
        hint: 'Run it again without sudo.',
      })
      expect(await readFile(places.configFile, 'utf8')).toBe(OURS)
      expect(await readdir(directory)).toEqual([
        'config.toml',
        'ls-auth',
        ...(name === 'state' ? ['state'] : []),
      ])
    },
  )
})

describe.skipIf(!IS_POSIX)('a file that is a link to where somebody keeps it', () => {
  const CHANGED = OURS.replace('"a"', '"b"')
  const setTenant = async () => change(await read(), { set: 'work', values: { tenant: 'b' } })
  const isLink = async (at = path) => (await lstat(at)).isSymbolicLink()
  let kept: string
  beforeEach(async () => {
    await mkdir(join(directory, 'dotfiles'))
    kept = join(directory, 'dotfiles', 'real.toml')
  })

  it.each(['dotfiles/real.toml', 'the whole path'])('is changed there, and stays a link (%s)', async (to) => {
    await rename(path, kept)
    await symlink(to === 'the whole path' ? kept : to, path)
    expect((await setTenant()).text).toBe(CHANGED)
    expect(await isLink()).toBe(true)
    expect(await readFile(kept, 'utf8')).toBe(CHANGED)
    expect(await readdir(join(directory, 'dotfiles'))).toEqual(['real.toml'])
    expect((await stat(kept)).mode & 0o777).toBe(0o600)
  })

  it('without the directory that it leads to is refused, and stays', async () => {
    await rm(path)
    await symlink('gone/real.toml', path)
    const changing = change(await read(), { set: 'one', values: { tenant: 'x' } })
    await expect(changing).rejects.toMatchObject({
      code: 'storage',
      message: `cannot write ${path} (ENOENT): the link leads nowhere`,
      hint: 'Create the directory it points to, or remove the link.',
    })
    expect(await isLink()).toBe(true)
  })
})
