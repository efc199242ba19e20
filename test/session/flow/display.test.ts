import { describe, expect, it } from 'vitest'
import type { Env, Files } from '../../../src/ports/ports.ts'
import { findDisplay, isCi } from '../../../src/session/flow/display.ts'

/** Whether the person would see a browser on this machine. */

const files = (...there: readonly string[]) =>
  ({
    async inspect(path: string) {
      if (there.includes('broken')) throw new Error('EIO')
      return there.includes(path) ? { kind: 'file' } : undefined
    },
  }) as unknown as Files
const env = (variables: Record<string, string>, platform: NodeJS.Platform = 'linux') =>
  ({ variables, platform }) as unknown as Env
const why = async (variables: Record<string, string>, platform?: NodeJS.Platform, ...there: string[]) =>
  (await findDisplay(env(variables, platform), files(...there)))?.why

describe('a display', () => {
  it.each<[string, Record<string, string>, NodeJS.Platform?]>([
    ['of X11', { DISPLAY: ':0' }],
    ['of Wayland', { WAYLAND_DISPLAY: 'wayland-0' }],
    ['of a Mac', {}, 'darwin'],
    ['of Windows', {}, 'win32'],
    ['of a browser that is named', { BROWSER: 'lynx', WSL_DISTRO_NAME: 'Debian', container: 'podman' }],
  ])('%s', async (_, variables, platform) => {
    expect(await why(variables, platform)).toBeUndefined()
  })

  it.each<[string, Record<string, string>, string[]]>([
    ['ssh', { SSH_CONNECTION: '10.0.0.2 50000 10.0.0.1 22', DISPLAY: ':0', BROWSER: 'lynx' }, []],
    ['ssh', { SSH_TTY: '/dev/pts/0' }, []],
    ['wsl', { WSL_DISTRO_NAME: 'Debian', DISPLAY: ':0' }, []],
    ['container', { container: 'podman', DISPLAY: ':0' }, []],
    ['container', { DISPLAY: ':0' }, ['/.dockerenv']],
    ['container', { DISPLAY: ':0' }, ['/run/.containerenv']],
    ['no-display', { DISPLAY: '', WAYLAND_DISPLAY: '' }, []],
    ['no-display', {}, ['broken']],
  ])('there is none here: %s', async (reason, variables, there) => {
    expect(await why(variables, 'linux', ...there)).toBe(reason)
  })
})

describe('the command that forwards the port', () => {
  const forward = async (variables: Record<string, string>) =>
    (await findDisplay(env(variables), files()))?.forward(8765)

  it.each([
    [{ SSH_CONNECTION: '10.0.0.2 50000 10.0.0.1 22', USER: 'ada' }, 'ada@10.0.0.1'],
    [{ SSH_CONNECTION: '10.0.0.2 50000 10.0.0.1 2222', USER: 'ada' }, '-p 2222 ada@10.0.0.1'],
    [{ SSH_CONNECTION: 'fe80::2 50000 FE80::1 22', USER: 'a.d-a' }, 'a.d-a@FE80::1'],
    [{ SSH_CONNECTION: '10.0.0.2 50000 10.0.0.1 22' }, '10.0.0.1'],
    [{ SSH_CONNECTION: '10.0.0.2 50000 10.0.0.1 22', USER: 'ada; rm' }, '10.0.0.1'],
    [{ SSH_CONNECTION: '10.0.0.2 50000 10.0.0.1 22', USER: '$(rm)a' }, '10.0.0.1'],
    [{ SSH_CONNECTION: '10.0.0.2 50000 $(rm) 22;rm', USER: 'ada' }, 'ada@this-host'],
    [{ SSH_CONNECTION: '10.0.0.2 50000 10.0.0.1;rm x22' }, 'this-host'],
    [{ SSH_CONNECTION: '10.0.0.2 50000 x10.0.0.1 22' }, 'this-host'],
    [{ SSH_TTY: '/dev/pts/0', USER: 'ada' }, 'ada@this-host'],
  ])('%j', async (variables, where) => {
    expect(await forward(variables as Record<string, string>)).toBe(`ssh -N -L 8765:127.0.0.1:8765 ${where}`)
  })
})

describe('a CI job', () => {
  it.each([
    ['true', true],
    ['1', true],
    ['woodpecker', true],
    ['', false],
    ['0', false],
    ['FALSE', false],
    ['false', false],
    [undefined, false],
  ])('CI=%s: %s', (CI, is) => {
    expect(isCi({ variables: { CI } })).toBe(is)
  })
})
