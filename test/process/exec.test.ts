import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Gateway, startGateway } from '../world/gateway.ts'
import { BINARY, type Machine, openMachine } from '../world/machine.ts'
import { needs } from '../world/needs.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { openPty, PTY } from '../world/pty.ts'
import { SCOPES } from '../world/stage.ts'
import { startTraceApi, type TraceApi } from '../world/trace-api.ts'
import { makeTrace } from '../world/trace-data.ts'
import { fileStore, loginArgs, signIn } from './sign-in.ts'

const API_KEY = 'key-of-the-api'
const trace = makeTrace({ seed: 11 })
const spanId = trace.spans.find((span) => span.parentId === undefined)?.spanId as string
/** Prints the environment as JSON. */
const PRINT = ['node', '-e', 'process.stdout.write(JSON.stringify(process.env))']

let provider: Provider
let api: TraceApi
let gateway: Gateway
let machine: Machine
beforeAll(async () => {
  provider = await startProvider()
  api = await startTraceApi({ apiKey: API_KEY, traces: [trace] })
  const audience = { audience: 'api://traces', scope: 'traces:read' }
  gateway = await startGateway({ ...audience, issuer: provider.issuer, upstream: api.url, apiKey: API_KEY })
  machine = await openMachine()
  const settings = ['--api', gateway.url, '--organization', 'acme', '--project', 'prod', '--scope', SCOPES]
  await signIn(machine, [...loginArgs(provider), ...fileStore(machine), ...settings])
})
afterAll(() => Promise.all([provider.close(), api.close(), gateway.close(), machine.close()]))

const exec = (...args: string[]) => machine.run(['exec', ...args])
const environmentOf = async (args: string[], env: Record<string, string> = {}) =>
  JSON.parse((await machine.run(['exec', ...args, '--', ...PRINT], { env })).stdout) as Record<string, string>

describe('a command that runs as the person', () => {
  it('has a token and the settings of the API in its environment, and nothing else of ours', async () => {
    const own = {
      LS_AUTH_STORE_KEY_FILE: machine.keyFile,
      LS_AUTH_PROFILE: 'default',
      LS_AUTH_X: 'x',
      OTHER: 'o',
    }
    const environment = await environmentOf([], own)
    const ours = Object.entries(environment).filter(([name]) => name.startsWith('LS_AUTH_'))
    const { stdout: token } = await machine.run(['token'])
    expect(Object.fromEntries(ours)).toEqual({
      LS_AUTH_TOKEN: token.trim(),
      LS_AUTH_TOKEN_PROFILE: 'default',
      LS_AUTH_API: gateway.url,
      LS_AUTH_BACKEND: 'lightstep',
      LS_AUTH_ORGANIZATION: 'acme',
      LS_AUTH_PROJECT: 'prod',
    })
    expect(environment).toMatchObject({ OTHER: 'o', HOME: machine.home })
  })

  it('has the variables that docs/scripts.md lists, where each has a value, and no other', async () => {
    const place = ['--backend', 'tempo', '--tenant', 'blue', '--organization', 'acme', '--project', 'prod']
    const more = ['--authorization-header', 'X-Token', '--reason', 'T-1']
    const names = Object.keys(await environmentOf([...place, ...more], { LS_AUTH_TIMEOUT: '9s' }))
    const [, listed = ''] = (await readFile('docs/scripts.md', 'utf8')).split('`ls-auth exec -- CMD`', 2)
    const documented = listed.slice(0, listed.indexOf('```')).match(/`LS_AUTH_\w+`/g) ?? []
    expect(names.filter((name) => name.startsWith('LS_AUTH_')).sort()).toEqual([
      'LS_AUTH_API',
      'LS_AUTH_AUTHORIZATION_HEADER',
      'LS_AUTH_BACKEND',
      'LS_AUTH_ORGANIZATION',
      'LS_AUTH_PROJECT',
      'LS_AUTH_REASON',
      'LS_AUTH_TENANT',
      'LS_AUTH_TOKEN',
      'LS_AUTH_TOKEN_PROFILE',
    ])
    expect(documented.map((name) => name.slice(1, -1)).sort()).toEqual(
      names.filter((name) => name.startsWith('LS_AUTH_')).sort(),
    )
  })

  it('can be ls-auth itself, on a machine without a profile', async () => {
    const elsewhere = {
      XDG_CONFIG_HOME: join(machine.home, 'empty'),
      XDG_STATE_HOME: join(machine.home, 'empty'),
    }
    const bare = ['env', ...Object.entries(elsewhere).map(([name, value]) => `${name}=${value}`)]
    const { exit, stdout, stderr } = await exec(
      '--',
      ...bare,
      process.execPath,
      BINARY,
      'trace',
      'get',
      spanId,
    )
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(stdout).toContain('POST /checkout')
  })

  it('finds the token nowhere in the arguments', async () => {
    const { stdout } = await exec('--', 'sh', '-c', 'cat /proc/$$/cmdline /proc/$PPID/cmdline | tr "\\0" " "')
    expect(stdout).toContain('exec')
    for (const secret of provider.secrets) expect(stdout).not.toContain(secret)
  })
})

describe('its exit status', () => {
  it.each([0, 1, 3, 42, 255])('is that of the command: %i', async (status) => {
    expect(await exec('--', 'sh', '-c', `exit ${status}`)).toMatchObject({ exit: status, stderr: '' })
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGKILL', 137],
  ])('is 128 and the number of a signal: %s', async (signal, status) => {
    expect(await exec('--', 'sh', '-c', `kill -${signal.slice(3)} $$`)).toMatchObject({
      exit: status,
      stderr: '',
    })
  })

  it.each([
    ['a path through a file', () => '/etc/passwd/x', 'ENOTDIR'],
    ['a link to itself', () => join(machine.home, 'loop'), 'ELOOP'],
    ['a name that is too long', () => 'x'.repeat(300), 'ENAMETOOLONG'],
  ])('is 126 for %s', async (_, program, code) => {
    await symlink('loop', join(machine.home, 'loop')).catch(() => {})
    for (const flags of [[], ['--proxy']]) {
      const { exit, stdout, stderr } = await machine.run(['exec', ...flags, '--', program()])
      expect({ exit, stdout }).toEqual({ exit: 126, stdout: '' })
      expect(stderr).toMatch(new RegExp(`^error: .* cannot be run \\(${code}\\)\nhint: .+\n$`))
    }
  })

  it.each([
    ['nobody is signed in', ['exec', '--profile', 'default', '--account', 'x'], /unknown option/],
    ['no command is given', ['exec'], /missing command\nhint: .*ls-auth exec -- CMD/],
    ['no command behind the dashes', ['exec', '--'], /missing command/],
    ['the command is empty', ['exec', '--', ''], /missing command/],
    [
      'its flags without the dashes',
      ['exec', 'sh', '-c', 'exit 3'],
      /unknown option '-c'\nhint: See: ls-auth exec --help\n/,
    ],
    ['a flag is mistyped', ['exec', '--min-tll', '5m', '--', 'true'], /unknown option '--min-tll'/],
    ['a value is no duration', ['exec', '--min-ttl', 'banana', '--', 'true'], /banana/],
    ['a variable has no name', ['exec', '--env', 'A=B', '--', 'true'], /is not the name of a variable/],
    [
      'the token would be the address of the API',
      ['exec', '--env', 'LS_AUTH_API', '--', 'true'],
      /--env: LS_AUTH_API/,
    ],
    ['the profile does not exist', ['exec', '--profile', 'nope', '--', 'true'], /nope/],
  ])('is 125 when %s', async (_, args, words) => {
    const { exit, stdout, stderr } = await machine.run(args)
    expect({ exit, stdout }).toEqual({ exit: 125, stdout: '' })
    expect(stderr).toMatch(words)
  })

  it.each(['PATH', 'LD_PRELOAD', 'NODE_OPTIONS', 'BASH_ENV'])(
    'is 125 when the token would be in %s, by which programs are found and run',
    async (name) => {
      const { exit, stdout, stderr } = await machine.run(['exec', '--env', name, '--', 'true'])
      expect({ exit, stdout }).toEqual({ exit: 125, stdout: '' })
      expect(stderr).toMatch(/controls how programs run\nhint: .*TRACE_TOKEN/)
    },
  )
})

describe('signals', () => {
  const WAIT = 'trap "echo got TERM; exit 7" TERM; echo ready; while :; do sleep 0.1; done'

  it('are passed on to the command, whose end it waits for', async () => {
    const running = machine.start(['exec', '--', 'sh', '-c', WAIT])
    await running.printed(/ready\n/)
    running.child.kill('SIGTERM')
    expect(await running.ended).toMatchObject({
      exit: 7,
      signal: null,
      stdout: 'ready\ngot TERM\n',
      stderr: '',
    })
  })

  it('of the process group are its own', async () => {
    const { stdout } = await exec('--', 'sh', '-c', 'cut -d " " -f 5 /proc/$$/stat /proc/$PPID/stat')
    const [own, ours] = stdout.split('\n')
    expect(own).toMatch(/^\d+$/)
    expect(ours).toBe(own)
  })
})

describe.skipIf(!needs(PTY))('in a terminal', () => {
  const COUNTS = `
    let interrupts = 0
    process.on('SIGINT', () => (interrupts += 1) === 1 && setTimeout(() => {
      console.log('interrupted ' + interrupts)
      process.exit(7)
    }, 500))
    console.log('terminals:', [0, 1, 2].map((fd) => require('node:tty').isatty(fd)).join())
    setInterval(() => {}, 1000)
  `
  it.each([
    ['has it', '', 'true,true,true'],
    ['with stdin and stderr elsewhere, too', '</dev/null 2>/dev/null', 'false,true,false'],
  ])('the command %s, and gets Ctrl-C once', async (_, elsewhere, terminals) => {
    const file = join(machine.home, 'counts.cjs')
    await writeFile(file, COUNTS)
    const line = `exec ${process.execPath} ${BINARY} exec -- node ${file} ${elsewhere}`
    const pty = openPty(machine, ['sh', '-c', line])
    await pty.sees(/terminals: .*\r\n/)
    pty.press('\u0003')
    expect(await pty.ended).toBe(7)
    expect(pty.screen.replace('^C', '')).toBe(`terminals: ${terminals}\r\ninterrupted 1\r\n`)
  })
})

describe('with LS_AUTH_TOKEN set', () => {
  it('the same token is handed on, and it is said that it cannot be renewed', async () => {
    const { stdout: token } = await machine.run(['token'])
    const args = ['exec', '--env', 'T', '--', 'sh', '-c', 'echo "$T"; env | grep -c LS_AUTH_TOKEN']
    const ended = await machine.run(args, { env: { LS_AUTH_TOKEN: token.trim() } })
    expect(ended).toMatchObject({ stdout: `${token.trim()}\n0\n` })
    expect(ended.stderr).toBe('note: ls-auth cannot renew LS_AUTH_TOKEN\n')
    const quiet = await machine.run(['--quiet', ...args], { env: { LS_AUTH_TOKEN: token.trim() } })
    expect(quiet.stderr).toBe('')
  })
})

it('under GitHub Actions the runner is told to mask the token, before the command can print it', async () => {
  const { stdout, stderr } = await machine.run(['exec', '--', 'sh', '-c', 'echo "$LS_AUTH_TOKEN"'], {
    env: { GITHUB_ACTIONS: 'true' },
  })
  expect(stderr).toBe(`::add-mask::${stdout.trim()}\n`)
  const token = await machine.run(['token'], { env: { GITHUB_ACTIONS: 'true' } })
  expect(token.stderr).toBe(`::add-mask::${token.stdout.trim()}\n`)
})
