import { readFileSync } from 'node:fs'
import type { Door, Scene } from './attack.ts'

/** How long the owner may wait, beside the time that the machine gave to other programs. */
const OWNER_MILLISECONDS = 5_000
const LOOK_MILLISECONDS = 100

/** Whether both proxies serve their owner, now. */
export const ownerIsServed = async ({ door, reading, api }: Scene): Promise<boolean> =>
  (await isServedBy(door, api.mark)) && (await isServedBy(reading, api.mark))

async function isServedBy({ port, secret, pid }: Door, mark: string): Promise<boolean> {
  const patience = new AbortController()
  const waited = ownTime(pid)
  const look = setInterval(() => waited() > OWNER_MILLISECONDS && patience.abort(), LOOK_MILLISECONDS)
  try {
    const url = `http://127.0.0.1:${port}/${secret}/api/search?${mark}`
    const answer = await fetch(url, { signal: patience.signal, headers: { connection: 'close' } })
    return answer.status === 200 && (await answer.text()).includes(mark)
  } catch {
    return false
  } finally {
    clearInterval(look)
  }
}

/**
 * Milliseconds from now on, but for those in which the proxy or the test was ready to run and another program had the
 * processor. By the clock on the wall, a machine under load would look like a proxy that does not serve.
 */
function ownTime(pid: number): () => number {
  const others = () => queuedMilliseconds(String(pid)) + queuedMilliseconds('thread-self')
  const begin = performance.now() - others()
  return () => performance.now() - others() - begin
}

/** How long the kernel has let this one wait for a processor; 0 where it does not tell, as on macOS. */
function queuedMilliseconds(process: string): number {
  try {
    const [, nanoseconds] = readFileSync(`/proc/${process}/schedstat`, 'latin1').split(' ')
    return Number(nanoseconds) / 1e6
  } catch {
    return 0
  }
}
