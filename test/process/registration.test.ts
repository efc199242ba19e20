import { mkdir, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Machine, openMachine } from '../world/machine.ts'
import { openStage, type Stage } from '../world/stage.ts'

let stage: Stage
let machine: Machine
beforeAll(async () => {
  stage = await openStage({
    provider: { withRegistration: true },
    gateway: { signIn: { backend: 'lightstep', organization: 'acme', project: 'prod' } },
  })
})
afterAll(() => stage.close())
beforeEach(async () => {
  machine = await openMachine()
  await mkdir(dirname(machine.keyFile))
})
afterEach(async () => {
  stage.provider.tamper = {}
  await machine.close()
})

describe('Ctrl-C while the provider registers a client', () => {
  it.each([
    ['profile add', () => ['profile', 'add', 'work', '--issuer', stage.provider.issuer, '--register']],
    ['login by the address of an API', () => ['login', stage.gateway.url, '--yes', '--no-browser']],
  ])('%s: the client is unregistered again, which is said, and no profile names it', async (...row) => {
    const [, line] = row
    const before = stage.provider.registeredClients()
    const asked: string[] = []
    const running = machine.start([...line(), '--store', 'file', '--store-key-file', machine.keyFile])
    stage.provider.tamper = {
      intercept({ method, url }) {
        if (!url?.startsWith('/reg')) return false
        asked.push(`${method}`)
        if (method === 'POST') running.child.kill('SIGINT')
        return false
      },
    }
    const ended = await running.ended
    expect(ended).toMatchObject({ exit: null, signal: 'SIGINT' })
    expect(asked).toEqual(['POST', 'DELETE'])
    expect(stage.provider.registeredClients()).toEqual(before)
    expect(ended.stderr).toMatch(/^The client \S+ was unregistered again at 127\.0\.0\.1:\d+\.\n$/m)
    await expect(readFile(machine.configFile, 'utf8')).rejects.toThrow('ENOENT')
    expect(await readdir(join(machine.stateDirectory, 'registrations'))).toEqual([])
  })
})
