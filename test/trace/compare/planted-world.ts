import type { Span, SpanKind, Trace } from '../../../src/trace/model.ts'
import { NONE } from '../../../src/trace/model.ts'
import { type Random, seeded } from '../../world/trace/random.ts'
import { EPOCH } from '../make.ts'

/** An operation of a made-up service, and what it calls. Works are in nanoseconds. */
interface Step {
  readonly number: number
  readonly service: string
  readonly name: string
  readonly kind: SpanKind
  /** Time of its own. */
  readonly work: number
  /** Calls, one after another or at the same time. */
  readonly calls: number
  /** What it calls runs at the same time. */
  readonly isParallel: boolean
  /** Nobody waits for it: it begins when its caller ends. */
  readonly isAsync: boolean
  readonly children: Step[]
}

/** What was made different in B. */
export interface Plan {
  /** The step that is slower, and by which factor; undefined: none. */
  readonly slow?: { readonly step: number; readonly factor: number }
  /** Steps that only B has, and only A. */
  readonly added?: number
  readonly removed?: number
}

/** Two traces of one request, and the path (names from the root down) of each step. */
export interface PlantedWorld {
  readonly a: Trace
  readonly b: Trace
  readonly slowPath: string | undefined
  readonly addedPath: string | undefined
  readonly removedPath: string | undefined
}

const SERVICES = ['frontend', 'cart', 'orders', 'payments', 'stock', 'search']
const NAMES = [
  'GET /items',
  'POST /orders',
  'redis GET',
  'SELECT orders',
  'charge',
  'render',
  'publish',
  'reserve',
]
const KINDS: readonly SpanKind[] = ['internal', 'client', 'server']
/** How often one operation runs in a trace, at most. */
const MOST_RUNS = 24
/** Every duration is off by up to this much, both ways: the same code at another moment. */
const NOISE = 0.1
/** A slowdown that a person notices: so much of all work of the trace, at least. */
const NOTICED = 0.1

/**
 * A request of random shape in a world of random services, run twice: `slower` makes one operation slower in B,
 * `changed` leaves one out of each side. The same for the same seed.
 */
export function plantedWorld(
  seed: number,
  { slower, changed }: { slower: boolean; changed: boolean },
): PlantedWorld {
  const random = seeded(seed * 7919 + 17)
  const { steps, root } = plan(random)
  const leaves = random.shuffle(steps.filter(({ children, number }) => children.length === 0 && number > 0))
  const [added, removed] = changed ? [leaves[0]?.number, leaves[1]?.number] : []
  const eligible = steps.filter(({ number }) => number !== added && number !== removed)
  const slow = slower
    ? slowed(steps, eligible[random.between(0, eligible.length - 1)] as Step, random)
    : undefined
  const path = (number: number | undefined) => (number === undefined ? undefined : pathOf(root, number))
  return {
    a: run(root, random, { ...(added !== undefined && { removed: added }) }),
    b: run(root, random, { ...(slow && { slow }), ...(removed !== undefined && { removed }) }),
    slowPath: path(slow?.step),
    addedPath: path(added),
    removedPath: path(removed),
  }
}

function plan(random: Random): { readonly steps: Step[]; readonly root: Step } {
  const steps: Step[] = []
  const count = random.between(4, 40)
  const times: number[] = []
  for (let number = 0; number < count; number++) {
    const parent = steps[random.between(Math.max(0, steps.length - 12), steps.length - 1)]
    const step: Step = {
      number,
      service: number === 0 ? 'frontend' : pick(SERVICES, random),
      name: number === 0 ? 'GET /' : pick(NAMES, random),
      kind: pick(KINDS, random),
      // From a tenth of a millisecond to a tenth of a second, as likely small as large.
      work: Math.round(1e5 * 10 ** (random.between(0, 300) / 100)),
      calls: 1,
      isParallel: random.between(1, 3) === 1,
      isAsync: number > 0 && random.between(1, 12) === 1,
      children: [],
    }
    const same = parent?.children.some(
      ({ service, name, kind }) => service === step.service && name === step.name && kind === step.kind,
    )
    // Equal siblings are calls of one operation: each must be planned once.
    if (same) continue
    // Loops within loops would make traces of a million spans.
    const mostCalls = Math.floor(MOST_RUNS / (times[parent?.number ?? 0] ?? 1))
    const calls =
      number > 0 && random.between(1, 4) === 1 ? Math.max(1, Math.min(random.between(2, 12), mostCalls)) : 1
    steps.push({ ...step, number: steps.length, calls })
    times.push((times[parent?.number ?? -1] ?? 1) * calls)
    parent?.children.push(steps.at(-1) as Step)
  }
  return { steps, root: steps[0] as Step }
}

function slowed(steps: readonly Step[], step: Step, random: Random): { step: number; factor: number } {
  const times = timesOf(steps[0] as Step)
  const all = steps.reduce((sum, { number, work }) => sum + work * (times.get(number) as number), 0)
  const own = step.work * (times.get(step.number) as number)
  const least = 1 + (NOTICED * all) / own
  return { step: step.number, factor: Math.max(random.between(150, 500) / 100, least) }
}

/** How often each step runs: as often as its caller, times its calls. */
function timesOf(root: Step): Map<number, number> {
  const times = new Map<number, number>()
  const walk = (step: Step, callers: number): void => {
    times.set(step.number, callers * step.calls)
    for (const child of step.children) walk(child, callers * step.calls)
  }
  walk(root, 1)
  return times
}

function pathOf(root: Step, wanted: number): string {
  const walk = (step: Step, above: string): string | undefined => {
    const path = `${above}/${step.service}:${step.name}:${step.kind}`
    if (step.number === wanted) return path
    for (const child of step.children) {
      const found = walk(child, path)
      if (found !== undefined) return found
    }
    return undefined
  }
  return walk(root, '') as string
}

function run(root: Step, random: Random, { slow, removed }: Plan): Trace {
  const spans: Span[] = []
  const resource = [['service.instance.id', random.hex(12)]] as const
  const begin = EPOCH + BigInt(random.between(0, 1e9))
  /** Gives the end of a call that begins at `start`. */
  const call = (step: Step, start: number, parentId: string | undefined): number => {
    const spanId = random.hex(16)
    const factor = slow?.step === step.number ? slow.factor : 1
    const noise = 1 + (NOISE * random.between(-1000, 1000)) / 1000
    const work = step.work * factor * noise
    let at = start + work / 2
    let latest = at
    const asyncs: Step[] = []
    for (const child of random.shuffle(step.children)) {
      if (child.number === removed) continue
      if (child.isAsync) {
        asyncs.push(child)
        continue
      }
      for (let i = 0; i < child.calls; i++) {
        const end = call(child, at, spanId)
        latest = Math.max(latest, end)
        if (!step.isParallel) at = end
      }
    }
    const end = latest + work / 2
    for (const child of asyncs) for (let i = 0; i < child.calls; i++) call(child, end, spanId)
    const { service, name, kind } = step
    spans.push({
      spanId,
      ...(parentId !== undefined && { parentId }),
      name,
      service,
      kind,
      status: 'unset',
      startNanos: begin + BigInt(Math.round(start)),
      durationNanos: Math.round(end) - Math.round(start),
      attributes: NONE,
      events: NONE,
      links: NONE,
      resource,
      marks: NONE,
    })
    return end
  }
  call(root, 0, undefined)
  return { traceId: random.hex(32), spans: random.shuffle(spans) }
}

const pick = <T>(items: readonly T[], random: Random): T => items[random.between(0, items.length - 1)] as T
