import type { SpanKind } from '../../../src/trace/model.ts'
import type { Random } from '../../world/trace/random.ts'

/** An operation of a made-up service, and what it calls. Works are in nanoseconds. */
export interface Step {
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
/** A slowdown that a person notices: so much of all work of the trace, at least. */
const NOTICED = 0.1

/** A request of random shape through random services. */
export function plan(random: Random, mostSteps: number): { readonly steps: Step[]; readonly root: Step } {
  const steps: Step[] = []
  const count = random.between(4, mostSteps)
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

/** Which step is slower, and by which factor: so that a person notices. */
export function slowed(steps: readonly Step[], step: Step, random: Random): { step: number; factor: number } {
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

/** The names from the root down, as the judge writes them. */
export function pathOf(root: Step, wanted: number): string {
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

/** Any of them. */
export const pick = <T>(items: readonly T[], random: Random): T =>
  items[random.between(0, items.length - 1)] as T
