import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Machine, openMachine } from '../world/machine.ts'
import { needs } from '../world/needs.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { fileStore, loginArgs, signIn } from './sign-in.ts'

const traced = needs({ commands: ['strace'], packages: ['strace'] })

describe.skipIf(!traced)('what a warm token asks of the file system', () => {
  let provider: Provider
  let machine: Machine
  beforeAll(async () => {
    provider = await startProvider()
    machine = await openMachine()
    const { ended } = await signIn(machine, [...loginArgs(provider), ...fileStore(machine)])
    expect(ended.exit).toBe(0)
  })
  afterAll(() => Promise.all([provider.close(), machine.close()]))

  it('opens the session file once and lists no directory', async () => {
    const log = join(machine.home, 'strace.log')
    const bin = new URL('../../bin/ls-auth.js', import.meta.url).pathname
    const calls = ['-f', '-e', 'trace=open,openat', '-o', log]
    const run = machine.command('strace', [...calls, process.execPath, bin, 'token'])
    expect((await run.ended).exit).toBe(0)
    const sessions = join(machine.stateDirectory, 'sessions')
    // A directory is opened before it is listed, so a list would show here too.
    const opened = (await readFile(log, 'utf8')).split('\n').filter((line) => line.includes(sessions))
    expect(opened).toEqual([expect.stringMatching(/[0-9a-f]{24}\/session", O_RDONLY/)])
  })
})
