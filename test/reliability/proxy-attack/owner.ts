import { readFileSync } from 'node:fs'
import type { Door, Scene } from './attack.ts'

/** How long the owner may wait, beside the time that the machine gave to other programs, and in all. */
const OWN_MILLISECONDS = 5_000
const WALL_MILLISECONDS = 60_000
const LOOK_MILLISECONDS = 100

/** Whether both proxies serve their owner, now. */
export const ownerIsServed = async ({ door, reading, api }: Scene): Promise<boolean> =>
  (await isServedBy(door, api.mark)) && (await isServedBy(reading, api.mark))

async function isServedBy({ port, secret, pid }: Door, mark: string): Promise<boolean> {
  const patience = new AbortController()
  const waited = sinceNow(pid)
  const look = setInterval(() => isTooLong(waited()) && patience.abort(), LOOK_MILLISECONDS)
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

/** Milliseconds by the clock on the wall, and those of them in which each was ready and another program had the processor. */
interface Waited {
  readonly wall: number
  readonly proxy: number
  readonly test: number
}

/**
 * By the clock on the wall alone, a machine under load would look like a proxy that does not serve. Both may be ready at the same
 * moment, which is not to be counted twice: of their waits the larger counts.
 */
export const isTooLong = ({ wall, proxy, test }: Waited): boolean =>
  wall - Math.max(proxy, test) > OWN_MILLISECONDS || wall > WALL_MILLISECONDS

function sinceNow(pid: number): () => Waited {
  const read = () => ({
    wall: performance.now(),
    proxy: queuedMilliseconds(String(pid)),
    test: queuedMilliseconds('thread-self'),
  })
  const begin = read()
  return () => {
    const { wall, proxy, test } = read()
    return { wall: wall - begin.wall, proxy: proxy - begin.proxy, test: test - begin.test }
  }
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
