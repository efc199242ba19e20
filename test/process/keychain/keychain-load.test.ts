import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBusyLoops } from '../../reliability/busy-loops.ts'
import { startGateway } from '../../world/gateway.ts'
import { hasKeyring, type KeyringSession, openKeyringSession } from '../../world/keyring-session.ts'
import { type Machine, openMachine } from '../../world/machine.ts'
import { type Provider, startProvider } from '../../world/provider.ts'
import { SCOPES } from '../../world/stage.ts'
import { startTraceApi } from '../../world/trace-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { loginArgs, signIn } from '../sign-in.ts'

describe.skipIf(!hasKeyring())('a keychain that many processes use', () => {
  const trace = makeTrace({ seed: 7 })
  let provider: Provider
  let session: KeyringSession
  let machine: Machine
  let closeApi: () => Promise<unknown>
  beforeAll(async () => {
    provider = await startProvider({ accessTokenSeconds: 600 })
    session = await openKeyringSession()
    machine = await openMachine()
    Object.assign(machine.env, session.env, { HOME: machine.home })
    const api = await startTraceApi({ apiKey: 'k', organization: 'acme', project: 'prod', traces: [trace] })
    const gateway = await startGateway({
      issuer: provider.issuer,
      audience: 'api://traces',
      scope: 'traces:read',
      upstream: api.url,
      apiKey: 'k',
    })
    closeApi = () => Promise.all([gateway.close(), api.close()])
    const where = ['--api', gateway.url, '--organization', 'acme', '--project', 'prod', '--scope', SCOPES]
    expect((await signIn(machine, [...loginArgs(provider), ...where])).ended.exit).toBe(0)
  })
  afterAll(() => Promise.all([provider.close(), session.close(), machine.close(), closeApi()]))

  const spanId = trace.spans.find((span) => span.parentId === undefined)?.spanId as string
  it.each<[string, string[], number]>([
    ['token', ['token'], 0],
    ['token that renews', ['token', '--min-ttl', '10m'], 1],
    ['trace get', ['trace', 'get', spanId], 0],
    ['whoami', ['whoami'], 0],
    ['check', ['check', '--min-ttl', '1s'], 0],
  ])('one read for %s', async (_, args, renewals) => {
    const before = provider.refreshCount()
    if (renewals > 0) await sleep(1_100)
    const { exit, secretsAsked } = await watchBus(machine, () => machine.run(args))
    expect({ exit, secretsAsked }).toEqual({ exit: 0, secretsAsked: 1 })
    expect(provider.refreshCount() - before).toBe(renewals)
  })

  it('is awaited beyond its 5 s while the machine has no processor to spare', async () => {
    const beside = startBusyLoops(2 * availableParallelism())
    try {
      session.freeze()
      const token = machine.start(['token'])
      await sleep(8_000)
      session.thaw()
      expect(await token.ended).toMatchObject({ exit: 0, stderr: '' })
    } finally {
      beside.stop()
      session.thaw()
    }
  })
})

/** Runs a command while `dbus-monitor` counts how often anybody on the bus asks for the value of a secret. */
async function watchBus<T>(machine: Machine, run: () => Promise<T>): Promise<T & { secretsAsked: number }> {
  const rule = "type='method_call',interface='org.freedesktop.Secret.Service',member='GetSecrets'"
  const monitor = spawn('dbus-monitor', ['--session', rule], {
    env: machine.env as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let heard = ''
  monitor.stdout.setEncoding('utf8').on('data', (text: string) => {
    heard += text
  })
  while (!heard.includes('NameLost')) await sleep(20)
  const result = await run()
  await sleep(200)
  monitor.kill()
  await once(monitor, 'close')
  return { ...result, secretsAsked: heard.match(/member=GetSecret/g)?.length ?? 0 }
}
