import { spawn } from 'node:child_process'
import { chmod, mkdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Machine, openMachine, type Running } from '../../world/machine.ts'
import { needs } from '../../world/needs.ts'
import { CAN_BE_SOMEBODY_ELSE } from '../../world/somebody-else.ts'
import { type RecordingApi, startRecordingApi } from './local-proxy.ts'

const TOKEN = 'token-of-the-job-0123456789abcdef'
const env = { LS_AUTH_TOKEN: TOKEN }

let machine: Machine
let recorder: RecordingApi
beforeAll(async () => {
  machine = await openMachine()
})
afterAll(() => machine.close())
beforeEach(async () => {
  recorder = await startRecordingApi()
})
afterEach(() => recorder.close())
const to = (...args: string[]) => ['--backend', 'tempo', '--api', `${recorder.url}/base/`, ...args]

const started: Running[] = []
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})

describe('a proxy on a Unix socket', () => {
  const directory = () => join(machine.home, 'sockets')
  const path = () => join(directory(), 'traces.sock')
  const curl = (...args: string[]) => machine.command('curl', ['-sS', '--unix-socket', path(), ...args]).ended
  const listenOn = async () => {
    const running = machine.start(['proxy', '--socket', path(), ...to()], { env })
    started.push(running)
    await running.said(/^Listening on /m)
    return running
  }

  it.skipIf(!needs({ commands: ['curl'], packages: ['curl'] }))(
    'needs no secret and no Host; file and directory are closed to others',
    async () => {
      const running = await listenOn()
      expect(await curl('http://traces/api/search')).toMatchObject({ exit: 0, stdout: '{"traces":[]}' })
      expect((await curl('-o', '/dev/null', '-w', '%{http_code}', 'http://traces/api/admin')).stdout).toBe(
        '403',
      )
      expect((await stat(path())).mode & 0o777).toBe(0o600)
      expect((await stat(directory())).mode & 0o777).toBe(0o700)
      expect(running.stdout).toBe('')
      running.child.kill('SIGTERM')
      expect(await running.ended).toMatchObject({ exit: 143 })
      await expect(stat(path())).rejects.toMatchObject({ code: 'ENOENT' })
    },
  )

  it('one that is left behind is replaced, one in use and a file are not', async () => {
    const killed = await listenOn()
    const other = ['proxy', '--socket', path(), ...to()]
    expect(await machine.run(other, { env })).toMatchObject({
      exit: 9,
      stderr: expect.stringContaining('another program listens on'),
    })
    killed.child.kill('SIGKILL')
    await killed.ended
    expect((await stat(path())).isSocket()).toBe(true)
    const running = await listenOn()
    running.child.kill('SIGINT')
    expect(await running.ended).toMatchObject({ exit: 130 })
    await writeFile(path(), 'mine')
    expect(await machine.run(other, { env })).toMatchObject({
      exit: 10,
      stderr: expect.stringContaining('is no socket of yours'),
    })
  })

  it('a directory that is open to others, or a symlink, is refused', async () => {
    const [open, link] = [join(machine.home, 'open'), join(machine.home, 'link')]
    await mkdir(open)
    await chmod(open, 0o750)
    await symlink(directory(), link)
    for (const [place, words] of [
      [open, 'is open to other users'],
      [link, 'is no directory of yours'],
    ] as const) {
      const { exit, stderr } = await machine.run(['proxy', '--socket', join(place, 'x.sock'), ...to()], {
        env,
      })
      expect({ exit, stderr }).toEqual({ exit: 10, stderr: expect.stringContaining(words) })
    }
    const long = join(machine.home, 'x'.repeat(120), 'x.sock')
    expect(await machine.run(['proxy', '--socket', long, ...to()], { env })).toMatchObject({ exit: 2 })
  })

  it.skipIf(!CAN_BE_SOMEBODY_ELSE || !needs({ commands: ['curl'], packages: ['curl'] }))(
    'another user of the machine cannot open it',
    async () => {
      const place = join('/tmp', `ls-auth-other-${process.pid}`)
      await mkdir(place, { mode: 0o700 })
      const running = machine.start(['proxy', '--socket', join(place, 's'), ...to()], { env })
      await running.said(/^Listening on /m)
      const other = spawn('curl', ['-sS', '--unix-socket', join(place, 's'), 'http://x/api/search'], {
        uid: 12_345,
        gid: 12_345,
        cwd: '/',
        env: { PATH: process.env.PATH },
      })
      expect(await text(other.stdout)).toBe('')
      expect(recorder.received).toEqual([])
      running.child.kill('SIGTERM')
      await running.ended
      await rm(place, { recursive: true })
    },
  )
})
