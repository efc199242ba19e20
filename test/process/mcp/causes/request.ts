import type { Step, Tags } from '../../../world/trace/checkout.ts'
import type { Random } from '../../../world/trace/random.ts'

/** A step that is still being planned: what is planted changes it. */
export interface Plan extends Omit<Step, 'children' | 'tags' | 'work' | 'error'> {
  tags: Tags
  /** Microseconds of its own. */
  work: number
  error?: boolean
  children: Plan[]
}

/** One request of a made-up shop, and the steps that something can be planted at. */
export interface RequestPlan {
  readonly root: Plan
  /** A call of a data store, four services down. */
  readonly deep: Plan
  /** Whose call that is: the request that its service was sent. */
  readonly served: Plan
  /** A data store that the service which was asked about calls itself. */
  readonly near: Plan
  /** A cache whose failure nobody minds. */
  readonly cache: Plan
}

const NOUNS = 'order cart price stock user offer label route quote coupon parcel refund seat ticket'.split(
  ' ',
)
const ROLES = 'api hub desk core store edge works'.split(' ')

/** Names of one world: no two services and no two operations have the same. */
export interface Names {
  readonly services: readonly string[]
  readonly nouns: readonly string[]
}

export const makeNames = (random: Random): Names => {
  const nouns = random.shuffle(NOUNS)
  return { nouns, services: random.shuffle(ROLES).map((role, i) => `${nouns[i]}-${role}`) }
}

/** The same request each time; what is planted is planted later. Services: `services[0]` is the one that is asked about. */
export function planRequest({ services, nouns }: Names): RequestPlan {
  const [front, second, third, fourth, side] = services as [string, string, string, string, string]
  const [a, b, c, d, e] = nouns as [string, string, string, string, string]
  const near = step('client', front, `SELECT ${a}s`, 6_000)
  const deep = step('client', fourth, `SELECT ${d}s`, 9_000)
  const cache = step('client', third, `GET ${c} cache`, 900)
  const served = step('server', fourth, `POST /${d}s`, 1_500, [
    step('internal', fourth, `check ${d}`, 800),
    deep,
  ])
  const root = step('server', front, `GET /${a}s`, 4_000, [
    near,
    step('client', front, `call ${second}`, 700, [
      step('server', second, `POST /${b}s`, 2_000, [
        step('internal', second, `prepare ${b}`, 5_000),
        step('client', second, `call ${third}`, 700, [
          step('server', third, `POST /${c}s`, 1_200, [
            cache,
            step('client', third, `call ${fourth}`, 600, [served]),
          ]),
        ]),
      ]),
    ]),
    step('client', front, `call ${side}`, 700, [
      step('server', side, `GET /${e}s`, 11_000, [step('internal', side, `rank ${e}s`, 7_000)]),
    ]),
    step('internal', front, `render ${a}`, 5_000),
  ])
  return { root, deep, served, near, cache }
}

/** One step of it. `work`: microseconds of its own. */
export const step = (
  kind: Step['kind'],
  service: string,
  name: string,
  work: number,
  children: Plan[] = [],
): Plan => ({ kind, service, name, work, children, tags: { 'span.kind': kind } })

/** The steps from the root down to one, both included. */
export function wayTo(root: Plan, wanted: Plan): Plan[] {
  if (root === wanted) return [root]
  for (const child of root.children) {
    const way = wayTo(child, wanted)
    if (way.length > 0) return [root, ...way]
  }
  return []
}

/** Every step of it. */
export const stepsOf = (root: Plan): Plan[] => [root, ...root.children.flatMap(stepsOf)]
