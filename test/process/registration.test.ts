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
    [
      'profile add',
      () => ['profile', 'add', 'work', '--issuer', stage.provider.issuer, '--register'],
      'work',
    ],
    [
      'login by the address of an API',
      () => ['login', stage.gateway.url, '--yes', '--no-browser'],
      '127.0.0.1',
    ],
  ])(
    '%s: it ends when the client is kept and in the profile, so that it can be taken back',
    async (...row) => {
      const [, line, profile] = row
      const before = stage.provider.registeredClients()
      const running = machine.start([...line(), '--store', 'file', '--store-key-file', machine.keyFile])
      stage.provider.tamper = {
        intercept({ method, url }) {
          if (method === 'POST' && url?.startsWith('/reg')) running.child.kill('SIGINT')
          return false
        },
      }
      expect(await running.ended).toMatchObject({ exit: null, signal: 'SIGINT' })
      const [client = '', ...others] = stage.provider.registeredClients().filter((id) => !before.includes(id))
      expect([client, others]).toEqual([expect.stringMatching(/./), []])
      expect(await readFile(machine.configFile, 'utf8')).toContain(`client_id = "${client}"\n`)
      expect(await readdir(join(machine.stateDirectory, 'registrations'))).toHaveLength(1)
      const removed = await machine.run(['profile', 'remove', profile])
      expect(removed.stderr).toContain(`Unregistered the client ${client} at `)
      expect(stage.provider.registeredClients()).toEqual(before)
    },
  )
})
