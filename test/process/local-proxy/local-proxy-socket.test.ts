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
  it.skipIf(!needs({ commands: ['curl'], packages: ['curl'] }))(
    'prints a line to try that works when pasted, with blanks in path and project',
    async () => {
      const place = ['--backend', 'lightstep', '--organization', 'acme', '--project', 'my prod']
      const socket = join(machine.home, 'my sockets', 'traces.sock')
      const running = machine.start(['proxy', '--socket', socket, ...to(...place)], { env })
      started.push(running)
      await running.said(/^Try: .*\n/m)
      const line = /^Try: (.*)$/m.exec(running.stderr)?.[1] as string
      const tried = await machine.command('sh', ['-c', `${line} -sS -o /dev/null -w '%{http_code}'`]).ended
      expect(tried).toMatchObject({ exit: 0, stdout: '200' })
    },
  )

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
      stderr: expect.stringContaining('is not your socket'),
    })
  })

  it('a directory that is open to others, or a symlink, is refused', async () => {
    const [shared, open, link] = ['shared', 'open', 'link'].map((name) => join(machine.home, name)) as [
      string,
      string,
      string,
    ]
    const own = join(machine.home, '.ls-auth')
    await Promise.all([shared, open, own].map((one) => mkdir(one)))
    await chmod(shared, 0o1777)
    await Promise.all([open, own].map((one) => chmod(one, 0o750)))
    await symlink(directory(), link)
    const elsewhere = `Use a directory that only you can open: --socket ${own}/x.sock`
    for (const [place, words, hint] of [
      // Closed as /tmp, it would be of no use to the others: only the directory that is named here is.
      [shared, 'is open to other users of this machine', elsewhere],
      [open, 'is open to other users of this machine', elsewhere],
      [own, 'is open to other users of this machine', `Run: chmod 700 ${own}`],
      [link, 'is not your directory', elsewhere],
    ] as const) {
      const args = ['proxy', '--socket', join(place, 'x.sock'), ...to()]
      expect(await machine.run(args, { env })).toMatchObject({
        exit: 10,
        stderr: expect.stringContaining(`error: ${place} ${words}\nhint: ${hint}\n`),
      })
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
