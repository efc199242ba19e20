import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Machine, openMachine } from '../world/machine.ts'
import { IS_POSIX } from '../world/posix.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { startTempoApi, type TempoApi } from '../world/tempo-api.ts'
import { makeTrace, movedTo } from '../world/trace-data.ts'
import { fileStore, loginArgs, PRINTED_URL } from './sign-in.ts'

/** Node opens its debugger on SIGUSR1, and every user of the machine may then run code in the program. */
const OPENED = /Debugger listening/
/** Any free port: 9229 may be another's. */
const env = { NODE_OPTIONS: '--inspect-port=0' }

let provider: Provider
let tempo: TempoApi
let machine: Machine
beforeAll(async () => {
  provider = await startProvider()
  tempo = await startTempoApi({ traces: [movedTo(Date.now(), makeTrace({ seed: 3 }))] })
  machine = await openMachine()
})
afterAll(() => Promise.all([provider.close(), tempo.close(), machine.close()]))

const api = () => ['--backend', 'tempo', '--api', tempo.url, '--authorization', 'none']
const start = (...args: string[]) => machine.start(args, { env, stdin: null })

/** Resolves once a program that does open it would have said so. */
async function signal(pid: number): Promise<void> {
  const twin = machine.command(process.execPath, ['-e', 'setInterval(()=>{},1e3);console.log(1)'], { env })
  await twin.printed(/1/)
  process.kill(pid, 'SIGUSR1')
  twin.child.kill('SIGUSR1')
  await twin.said(OPENED)
  twin.child.kill('SIGKILL')
  await sleep(200)
}

it.skipIf(!IS_POSIX).each([
  ['proxy', () => start('proxy', '--port', '0', ...api()), /Listening/],
  ['mcp', () => start('mcp', ...api()), undefined],
  ['login', () => start(...loginArgs(provider), ...fileStore(machine), '--no-browser'), PRINTED_URL],
  [
    'search --follow',
    () => start('trace', 'search', '--follow', '--interval', '1s', '-o', 'ndjson', ...api()),
    undefined,
  ],
] as const)('%s opens no debugger by a signal, and goes on', async (name, begin, said) => {
  const running = begin()
  if (said) await running.said(said)
  if (name === 'mcp') {
    const params = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    }
    running.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`)
  }
  if (!said) await running.printed(/\n/)
  await signal(running.child.pid as number)
  expect(running.child.exitCode).toBeNull()
  expect(running.child.signalCode).toBeNull()
  running.child.kill('SIGTERM')
  expect((await running.ended).stderr).not.toMatch(OPENED)
})
