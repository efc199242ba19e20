import { isObject, type JsonObject } from '../../../json-object.ts'
import { textOrNumber } from '../foreign-json.ts'

/** Where a part of a span was recorded, in the four members that Zipkin tells endpoints apart by; absent ones are empty. */
export interface Host {
  readonly members: readonly string[]
  /** The members as one text: equal for equal hosts. */
  readonly key: string
  /** How many members are there. */
  readonly told: number
}

/** The `localEndpoint` of a part, none of its members where it has none. Zipkin writes services in lower case, and no port as 0. */
export function hostOf({ localEndpoint }: JsonObject): Host {
  const { serviceName, ipv4, ipv6, port } = isObject(localEndpoint) ? localEndpoint : {}
  const service = textOrNumber(serviceName)?.toLowerCase() ?? ''
  const number = textOrNumber(port) ?? ''
  return host([service, textOrNumber(ipv4) ?? '', textOrNumber(ipv6) ?? '', number === '0' ? '' : number])
}

const host = (members: readonly string[]): Host => ({
  members,
  key: JSON.stringify(members),
  told: members.filter((member) => member !== '').length,
})

/** Whether both may be one host: a member that is missing fits any (`EndpointTracker.tryMerge` of Zipkin). */
export const fits = (a: Host, b: Host): boolean =>
  a.members.every((member, i) => member === '' || b.members[i] === '' || member === b.members[i])

/** Whether both may be one host, and have something in common. */
export const resembles = (a: Host, b: Host): boolean =>
  fits(a, b) && a.members.some((member, i) => member !== '' && member === b.members[i])

/** One host of two that fit. */
export const joined = (a: Host, b: Host): Host =>
  b.members.every((member, i) => member === '' || member === a.members[i])
    ? a
    : host(a.members.map((member, i) => (member === '' ? b.members[i]! : member)))
