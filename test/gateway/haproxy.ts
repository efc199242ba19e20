import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { listen } from '../world/loopback-server.ts'
import { needs } from '../world/needs.ts'
import { send } from './send.ts'

const HAPROXY = '/usr/sbin/haproxy'
const PATIENCE_MILLISECONDS = 10_000

/** A running HAProxy. */
export interface HaProxy {
  /** Origin, without a path. */
  readonly url: string
  /** Reads its files anew, as `service haproxy reload` does; the old process answers until the new one is ready. */
  reload(): void
  close(): Promise<void>
}

/** Where a configuration finds its place. */
export interface HaProxyPlace {
  /** `127.0.0.1:PORT`, for `bind`. */
  readonly address: string
}

/** Whether it can be tested here; says what is missing where not. */
export const hasHaProxy = (): boolean => needs({ files: [HAPROXY], packages: ['haproxy'] })

/**
 * Starts HAProxy as Debian runs it (a master and a worker) with this configuration, and waits until it answers. It listens
 * encrypted when a certificate authority is named.
 */
export async function startHaProxy(
  configuration: (place: HaProxyPlace) => string,
  ca?: string,
): Promise<HaProxy> {
  const root = await mkdtemp(join(tmpdir(), 'ls-auth-haproxy-'))
  const free = await listen(createServer())
  const address = `127.0.0.1:${free.port}`
  await free.close()
  const file = join(root, 'haproxy.cfg')
  await writeFile(file, configuration({ address }))
  const child = spawn(HAPROXY, ['-W', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  let complaint = ''
  child.stderr.on('data', (chunk) => {
    complaint += chunk
  })
  // A test run that dies takes its server along.
  const orphaned = () => child.kill('SIGTERM')
  process.once('exit', orphaned)
  const close = async () => {
    process.off('exit', orphaned)
    if (child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    }
    await rm(root, { recursive: true, force: true })
  }
  const url = `${ca === undefined ? 'http' : 'https'}://${address}`
  const end = Date.now() + PATIENCE_MILLISECONDS
  while (!(await send(url, '/', ca === undefined ? {} : { ca }).catch(() => undefined))) {
    if (child.exitCode !== null || Date.now() > end) {
      await close()
      throw new Error(`HAProxy does not answer: ${complaint}`)
    }
    await sleep(20)
  }
  return { url, reload: () => void child.kill('SIGUSR2'), close }
}
