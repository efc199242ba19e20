import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Machine, openMachine } from '../world/machine.ts'
import { type BusyApi, idOf, startBusyApi } from './busy-api.ts'

export interface ManyIdsOptions {
  readonly ids: number
  /** Requests a second that the API allows. */
  readonly rate: number
  /** The share of answers that go wrong. */
  readonly faults: number
  readonly kills: number
  print(line: string): void
}

/** V8 collects late where memory is plentiful; with so much of it a heap that only grows ends the process. */
const HEAP = { NODE_OPTIONS: '--max-old-space-size=64' }

interface Scene extends ManyIdsOptions {
  readonly machine: Machine
  readonly list: string
  readonly wanted: readonly string[]
  readonly broken: string[]
}

/** Runs everything; `counts`: one line. */
export async function manyIds(
  options: ManyIdsOptions,
): Promise<{ readonly counts: string; readonly broken: readonly string[] }> {
  const machine = await openMachine({ binary: resolve('bin/ls-auth.js') })
  const wanted = Array.from({ length: options.ids }, (_, n) => idOf(n + 1))
  const list = join(machine.home, 'ids.txt')
  await writeFile(list, `${wanted.join('\n')}\n`)
  const scene: Scene = { ...options, machine, list, wanted, broken: [] }
  try {
    const told = await oneRun(scene, 'headers')
    const learnt = await oneRun(scene, 'retry-after')
    const killed = await killedRuns(scene)
    const counts =
      `ids=${options.ids} written=${told.written} named=${told.named} lost=${told.lost} faults=${told.faults} ` +
      `violations=${told.violations} violations_without_headers=${learnt.violations} ` +
      `rss_at_tenth=${told.rssAtTenth}MB rss_at_end=${told.rssAtEnd}MB ` +
      `kills=${killed.kills} resumed_twice=${killed.twice} resumed_lost=${killed.lost} fetched_again=${killed.again}`
    return { counts, broken: scene.broken }
  } finally {
    await machine.close()
  }
}

/** The machine's profile is for this API. */
async function point(machine: Machine, api: BusyApi): Promise<void> {
  await mkdir(dirname(machine.configFile), { recursive: true })
  const text = `[profiles.busy]\nbackend = "tempo"\napi = "${api.url}"\nauthorization = "none"\n`
  await writeFile(machine.configFile, text)
}

/** All ids in one run: each is in the output or named on stderr, the limit holds, and memory does not grow. */
async function oneRun(scene: Scene, tells: 'headers' | 'retry-after') {
  const { machine, wanted, list, broken, rate } = scene
  const api = await startBusyApi({ limit: rate, windowMilliseconds: 1_000, tells }, scene.faults)
  await point(machine, api)
  const running = machine.start(['trace', 'get', '--ids', list, '--resume', `${list}.${tells}`], {
    env: HEAP,
  })
  let [rssAtTenth, peak] = [0, 0]
  const watch = setInterval(async () => {
    peak = Math.max(peak, await rssOf(running.child.pid))
    if (api.requests < wanted.length / 10) rssAtTenth = peak
  }, 50)
  const { exit, stdout, stderr, milliseconds } = await running.ended
  clearInterval(watch)
  const { violations, most } = api.limiter
  const { requests, faults } = api
  await api.close()
  const written = idsIn(await readFile(`${list}.${tells}`, 'utf8'))
  const named = [...stderr.matchAll(/^failed: ([0-9a-f]{32}): /gm)].map(([, id]) => id as string)
  const accounted = new Set([...written, ...named])
  const lost = wanted.filter((id) => !accounted.has(id)).length
  const perSecond = Math.round(wanted.length / (milliseconds / 1000))
  scene.print(
    `${tells}: ${requests} requests in ${Math.round(milliseconds / 1000)}s, ${perSecond} ids/s, ${faults} faults, ${violations} over the limit, at most ${most} a second`,
  )
  const expect = (holds: boolean, words: string) => holds || broken.push(`${tells}: ${words}`)
  expect(exit === (named.length > 0 ? 6 : 0), `exit ${exit}: ${stderr.slice(-300)}`)
  expect(stdout === '', 'something on stdout')
  expect(lost === 0, `${lost} ids are not accounted for`)
  expect(accounted.size === written.length + named.length, 'an id is there and named')
  expect(isInOrder(written, wanted), 'not in the order of the list')
  // Eight may be on their way when the first 429 comes. The pace that it teaches grows until the next one, and each minute.
  const most429 = tells === 'headers' ? 0 : 8 * (2 + Math.ceil(milliseconds / 60_000))
  expect(violations <= most429, `${violations} requests over the limit`)
  expect(peak < rssAtTenth * 1.5 + 20, `memory grows: ${rssAtTenth} MB at a tenth, ${peak} MB at the end`)
  return {
    written: written.length,
    named: named.length,
    lost,
    faults,
    violations,
    rssAtTenth,
    rssAtEnd: peak,
  }
}

/** The same list with a file, killed at any moment, until it is done: each id is there once, in its order. */
async function killedRuns(
  scene: Scene,
): Promise<{ kills: number; twice: number; lost: number; again: number }> {
  const { machine, wanted, list, broken, kills: asked } = scene
  // So many kills must find it at work: the API is as fast as it can be.
  const api = await startBusyApi({ limit: 1e9, windowMilliseconds: 1_000, tells: 'headers' }, 0)
  await point(machine, api)
  const out = `${list}.killed`
  const args = ['trace', 'get', '--ids', list, '--resume', out]
  let [kills, before, again] = [0, '', 0]
  while (kills < asked) {
    const running = machine.start(args)
    await sleep(150 + Math.random() * 400)
    running.child.kill('SIGKILL')
    const { signal } = await running.ended
    if (signal === 'SIGKILL') kills += 1
    const now = await readFile(out, 'utf8').catch(() => '')
    const whole = before.slice(0, before.lastIndexOf('\n') + 1)
    if (!now.startsWith(whole)) broken.push(`after kill ${kills}: what was whole has changed`)
    const written = idsIn(now.slice(0, now.lastIndexOf('\n') + 1))
    if (!isInOrder(written, wanted)) broken.push(`after kill ${kills}: not in the order of the list`)
    before = now
    if (signal !== 'SIGKILL') {
      // Done before its time came: once more from the start.
      await writeFile(out, '')
      before = ''
    }
  }
  const requests = api.requests
  const there = idsIn(before.slice(0, before.lastIndexOf('\n') + 1)).length
  const end = await machine.run(args)
  if (end.exit !== 0) broken.push(`the last run: exit ${end.exit}: ${end.stderr.slice(-300)}`)
  again = api.requests - requests - (wanted.length - there)
  const written = idsIn(await readFile(out, 'utf8'))
  await api.close()
  const distinct = new Set(written)
  const twice = written.length - distinct.size
  const lost = wanted.filter((id) => !distinct.has(id)).length
  if (twice + lost + again > 0 || written.join() !== wanted.join())
    broken.push(`killed: ${twice} twice, ${lost} lost, ${again} fetched again`)
  return { kills, twice, lost, again }
}

const idsIn = (text: string): string[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { traceId: string }).traceId)

function isInOrder(written: readonly string[], wanted: readonly string[]): boolean {
  let at = 0
  for (const id of wanted) if (written[at] === id) at += 1
  return at === written.length
}

/** Resident memory of a process, in MB. */
async function rssOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024)
}
