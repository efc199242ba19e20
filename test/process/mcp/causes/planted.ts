import { type Plan, type RequestPlan, step, wayTo } from './request.ts'

/** Whether the request is one that the cause is in, and values of its attributes. */
export type Plant = (request: RequestPlan) => Plan

/** A kind of cause: how it shows, which attribute value it comes with, and what it does to a request that has it. */
export interface Kind {
  readonly what: string
  readonly backend: 'tempo' | 'jaeger' | 'lightstep'
  readonly shows: 'failing' | 'slow'
  /** The attribute whose bad value it comes with; without, nothing tells which requests it hits. */
  readonly attribute?: string
  /** Plants it, and gives the step that is the cause. */
  readonly plant: Plant
  /** Something else that goes wrong everywhere, with the cause or without. */
  readonly always?: (request: RequestPlan, n: number) => void
}

type Where = 'deep' | 'near' | 'served'

/** An error that everybody up to the root passes on. */
const failsAt =
  (where: Where, message: string): Plant =>
  (request) => {
    const cause = request[where]
    for (const one of wayTo(request.root, cause)) one.error = true
    cause.tags = { ...cause.tags, 'exception.message': message }
    return cause
  }

const slowAt =
  (where: Where, micros: number): Plant =>
  (request) => {
    request[where].work += micros
    return request[where]
  }

/** A step that other requests have not. */
const added =
  (name: string, micros: number, times = 1): Plant =>
  ({ served }) => {
    const steps = Array.from({ length: times }, () => step('internal', served.service, name, micros))
    served.children.unshift(...steps)
    return steps[0] as Plan
  }

/** Calls that fail again and again; then the request fails, too, or another attempt succeeds. */
const retried =
  (attempts: number, givesUp: boolean): Plant =>
  (request) => {
    const { served, deep, root } = request
    const failed = Array.from({ length: attempts }, () => ({
      ...step('client', deep.service, deep.name, 180_000),
      error: true,
    }))
    served.children = [
      ...served.children.filter((one) => one !== deep),
      ...failed,
      ...(givesUp ? [] : [deep]),
    ]
    if (givesUp) for (const one of wayTo(root, served)) one.error = true
    return failed[0] as Plan
  }

/** The caller does not wait as long as the one below takes. */
const timesOut: Plant = ({ root, served, deep }) => {
  deep.work += 400_000
  const way = wayTo(root, served)
  for (const one of way.slice(0, -1)) one.error = true
  const caller = way.at(-2) as Plan
  caller.tags = { ...caller.tags, 'exception.message': 'deadline exceeded' }
  return caller
}

const failingCache = ({ cache }: RequestPlan, n: number): void => {
  if (n % 3 > 0) cache.error = true
}

const manyItems = ({ near, root }: RequestPlan): void => {
  const items = Array.from({ length: 1_500 }, () => step('client', near.service, 'GET item', 40))
  root.children.push(step('internal', near.service, 'load items', 900, items))
}

/** One world of each. */
export const KINDS: readonly Kind[] = [
  {
    what: 'one bad host',
    backend: 'tempo',
    shows: 'failing',
    attribute: 'host.name',
    plant: failsAt('deep', 'no space left on device'),
  },
  {
    what: 'one tenant',
    backend: 'jaeger',
    shows: 'failing',
    attribute: 'tenant.id',
    plant: failsAt('deep', 'quota exceeded'),
  },
  {
    what: 'one region',
    backend: 'lightstep',
    shows: 'failing',
    attribute: 'cloud.region',
    plant: failsAt('near', 'connection refused'),
  },
  {
    what: 'a new version',
    backend: 'tempo',
    shows: 'failing',
    attribute: 'service.version',
    plant: failsAt('served', 'null pointer'),
  },
  {
    what: 'a feature flag',
    backend: 'jaeger',
    shows: 'failing',
    attribute: 'feature.flag',
    plant: failsAt('near', 'unknown column'),
  },
  {
    what: 'a deep error, now and then',
    backend: 'lightstep',
    shows: 'failing',
    plant: failsAt('deep', 'deadlock detected'),
  },
  { what: 'retries until all fail', backend: 'jaeger', shows: 'failing', plant: retried(5, true) },
  { what: 'a caller that does not wait', backend: 'tempo', shows: 'failing', plant: timesOut },
  {
    what: 'an error beside a harmless one',
    backend: 'jaeger',
    shows: 'failing',
    attribute: 'client.platform',
    plant: failsAt('near', 'no such address'),
    always: failingCache,
  },
  {
    what: 'one error in 1,500 spans',
    backend: 'tempo',
    shows: 'failing',
    attribute: 'host.name',
    plant: failsAt('deep', 'read-only file system'),
    always: manyItems,
  },
  { what: 'an operation, now and then', backend: 'tempo', shows: 'slow', plant: slowAt('deep', 700_000) },
  {
    what: 'a new version',
    backend: 'jaeger',
    shows: 'slow',
    attribute: 'service.version',
    plant: slowAt('served', 300_000),
  },
  {
    what: 'one slow host',
    backend: 'lightstep',
    shows: 'slow',
    attribute: 'host.name',
    plant: slowAt('deep', 900_000),
  },
  {
    what: 'a tenant with many items',
    backend: 'jaeger',
    shows: 'slow',
    attribute: 'tenant.id',
    plant: added('load item', 12_000, 40),
  },
  {
    what: 'a call in a loop, now and then',
    backend: 'tempo',
    shows: 'slow',
    plant: added('read row', 9_000, 60),
  },
  { what: 'a lock', backend: 'jaeger', shows: 'slow', plant: added('wait for lock', 650_000) },
  {
    what: 'a region far from its data',
    backend: 'tempo',
    shows: 'slow',
    attribute: 'cloud.region',
    plant: slowAt('near', 420_000),
  },
  {
    what: 'a step that a flag adds',
    backend: 'tempo',
    shows: 'slow',
    attribute: 'feature.flag',
    plant: added('score with model', 500_000),
  },
  { what: 'a queue', backend: 'lightstep', shows: 'slow', plant: added('wait for worker', 800_000) },
  { what: 'retries until one succeeds', backend: 'jaeger', shows: 'slow', plant: retried(3, false) },
]
