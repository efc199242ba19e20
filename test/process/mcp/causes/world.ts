import { type Random, seeded } from '../../../world/trace/random.ts'
import { layTrace, type TraceData } from '../../../world/trace-data.ts'
import type { Kind } from './planted.ts'
import { makeNames, type Plan, planRequest, stepsOf } from './request.ts'

/** Why a service fails or is slow: where it begins, and the attribute value that tells which requests it hits. */
export interface Cause {
  readonly service: string
  readonly operation: string
  /** `host.name = cart-hub-3`; undefined: no value tells. */
  readonly value: string | undefined
}

/** What somebody asks. Times as RFC 3339. */
export interface Question {
  readonly service: string
  readonly shows: Kind['shows']
  readonly from: string
  readonly to: string
}

/** A world with one planted cause. */
export interface CauseWorld {
  readonly question: Question
  readonly traces: readonly TraceData[]
  readonly cause: Cause
}

const REQUESTS = 60
const EPOCH = Date.parse('2026-09-22T17:00:00Z')
const HOUR = 3_600_000
/** Attributes of the whole request, and of each service that takes part in it. */
const OF_REQUEST = { 'cloud.region': 4, 'tenant.id': 6, 'feature.flag': 4, 'client.platform': 5 }
const OF_SERVICE = { 'host.name': 4, 'service.version': 3 }

/** The same world for the same kind and seed. `isPlanted`: false for its twin in which nothing is wrong. */
export function makeWorld(kind: Kind, seed: number, isPlanted: boolean): CauseWorld {
  const random = seeded(seed * 7919 + 11)
  const names = makeNames(random)
  const at = kind.plant(planRequest(names))
  const bad = kind.attribute === undefined ? undefined : badValue(kind.attribute, at.service, random)
  const traces = Array.from({ length: REQUESTS }, (_, n): TraceData => {
    const request = planRequest(names)
    const tags = tagsOf(names.services, random)
    kind.always?.(request, n)
    const isHit = bad === undefined ? n % 5 === 2 : tags(at.service)[kind.attribute as string] === bad
    if (isPlanted && isHit) kind.plant(request)
    for (const one of stepsOf(request.root)) one.tags = { ...one.tags, ...tags(one.service) }
    const start = (EPOCH + ((n + 1) * HOUR) / (REQUESTS + 2)) * 1000
    return layTrace(request.root, start, random)
  })
  return {
    traces,
    question: {
      service: names.services[0] as string,
      shows: kind.shows,
      from: new Date(EPOCH).toISOString(),
      to: new Date(EPOCH + HOUR).toISOString(),
    },
    cause: {
      service: at.service,
      operation: at.name,
      value: bad === undefined ? undefined : `${kind.attribute} = ${bad}`,
    },
  }
}

/** Values of the attributes of one request, by the service whose spans carry them. */
function tagsOf(services: readonly string[], random: Random): (service: string) => Plan['tags'] {
  const choose = (prefix: string, values: Readonly<Record<string, number>>): Plan['tags'] =>
    Object.fromEntries(
      Object.entries(values).map(([name, most]) => [name, nthValue(name, prefix, random.between(1, most))]),
    )
  const ofRequest = { ...choose('', OF_REQUEST), 'request.number': random.between(1_000, 9_999) }
  const ofServices = new Map(services.map((service) => [service, choose(`${service}-`, OF_SERVICE)]))
  return (service) => ({ ...ofRequest, ...ofServices.get(service) })
}

function badValue(attribute: string, service: string, random: Random): string {
  const prefix = attribute in OF_SERVICE ? `${service}-` : ''
  return nthValue(attribute, prefix, random.between(1, { ...OF_REQUEST, ...OF_SERVICE }[attribute] as number))
}

/** `cart-hub-host-2`, `region-4`. */
const nthValue = (attribute: string, prefix: string, n: number): string => {
  const words = attribute.split('.').filter((word) => !['id', 'name', 'cloud', 'service'].includes(word))
  return `${prefix}${words.at(-1)}-${n}`
}
