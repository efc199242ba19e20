import { join, resolve } from 'node:path'
import { startLocalProxy } from '../../process/local-proxy/local-proxy.ts'
import { type EvilPage, openEvilPage } from '../../process/local-proxy/page-tries.ts'
import { openMachine } from '../../world/machine.ts'
import type { Door, Scene } from './attack.ts'
import { startEchoApi } from './echo-api.ts'

/** It names its person, as those of issuers do. */
const TOKEN = ['{"alg":"RS256"}', '{"sub":"alice","iss":"https://login.example"}', 'signature-'.repeat(20)]
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.')

/** Three proxies of the built program, in front of an API that says back all it gets. */
export async function openScene(): Promise<Scene & { close(): Promise<void> }> {
  const machine = await openMachine({ binary: resolve('bin/ls-auth.js') })
  const api = await startEchoApi()
  const to = ['--backend', 'tempo', '--api', `${api.url}/base`]
  const env = { LS_AUTH_TOKEN: TOKEN }
  const open = async (...args: string[]): Promise<Door> => {
    const { port, secret, running } = await startLocalProxy(machine, [...to, ...args], { env })
    return { port, secret, pid: running.child.pid ?? 0, said: () => running.stderr }
  }
  const [door, reading] = [await open('--allow-write'), await open()]
  const socket = join(machine.home, 'sockets', 's')
  await machine.start(['proxy', '--socket', socket, ...to], { env }).said(/^Listening/m)
  const undo: (() => void)[] = []
  let page: Promise<EvilPage> | undefined
  return {
    machine,
    api,
    door,
    reading,
    socket,
    token: TOKEN,
    page() {
      page ??= openEvilPage()
      return page
    },
    atEnd: (one) => void undo.push(one),
    close: async () => {
      for (const one of undo) one()
      await (await page)?.close()
      await Promise.all([machine.close(), api.close()])
    },
  }
}
