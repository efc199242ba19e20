import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Machine, openMachine } from '../../world/machine.ts'
import { needs } from '../../world/needs.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { fileStore, loginArgs, signIn } from '../sign-in.ts'

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

  it('prints the token, then opens the record once, without a lock', async () => {
    const log = join(machine.home, 'strace-record.log')
    const bin = new URL('../../../bin/ls-auth.js', import.meta.url).pathname
    const calls = ['-f', '-s', '200', '-e', 'trace=open,openat,write,writev', '-o', log]
    const run = await machine.command('strace', [...calls, process.execPath, bin, 'token']).ended
    expect(run.exit).toBe(0)
    const lines = (await readFile(log, 'utf8')).split('\n')
    const printed = lines.findIndex((line) => line.includes(`write(1, "${run.stdout.slice(0, 20)}`))
    const opened = lines.flatMap((line, i) => (line.includes('audit.jsonl') ? [{ line, i }] : []))
    expect(opened).toEqual([{ line: expect.stringMatching(/O_APPEND/), i: expect.any(Number) }])
    expect(printed).toBeGreaterThan(-1)
    expect(opened[0]?.i).toBeGreaterThan(printed)
    const appended = lines.filter((line) => line.includes('hand-out'))
    expect(appended).toEqual([expect.stringMatching(/write\(\d+, "\{/)])
  })
})
