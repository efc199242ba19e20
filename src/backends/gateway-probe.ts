import { isObject, jsonObject } from '../json-object.ts'
import type { Place } from './backend.ts'
import { projectPath } from './lightstep.ts'
import type { BackendId } from './table.ts'
import { tempo } from './tempo.ts'

/** What `ls-auth doctor --gateway` asks of a back end. Paths as in a URL. */
export interface GatewayProbe {
  /** Cheap reads, best first; the first that is answered is read again and again. Their paths have no PUT. */
  readonly reads: readonly string[]
  /** A request that would write, if the back end could make anything of it: it must be refused whatever its state. */
  readonly write: { readonly method: 'POST'; readonly path: string; readonly body?: string }
  /** Undefined: it has none. */
  readonly tenants?: Tenants
}

/** Of a back end that keeps the data of several tenants apart, and takes the caller's word for which one is asked. */
export interface Tenants {
  /** The header that names the tenant, in lower case. */
  readonly header: string
  /** The names of attributes in an answer to a read; empty: the tenant has no data. Undefined: another answer. */
  namesIn(body: Buffer): readonly string[] | undefined
}

/** A body that no API can read as JSON, and that says to a person who finds it where it comes from. */
const NO_JSON = 'sent by ls-auth doctor --gateway: not JSON; the gateway must refuse this'

/** None of those that a vendor runs for people with a token. */
const PROBES: Readonly<Partial<Record<BackendId, (place: Place) => GatewayProbe>>> = {
  lightstep(place) {
    const project = projectPath(place)
    return {
      reads: [`${project}/directory/services`],
      // Makes a stream out of JSON. The body is none, so there is nothing to make one of.
      write: { method: 'POST', path: `${project}/streams`, body: NO_JSON },
    }
  },
  tempo: () => ({
    // Where observatorium/api filters by namespace, it closes all routes but the values to everybody.
    reads: [
      '/api/v2/search/tags',
      '/api/search/tags',
      '/api/v2/search/tag/resource.service.name/values',
      '/api/echo',
    ],
    // Sets the limits of a tenant. The body isn't JSON, and If-Match is missing, so the request changes nothing.
    write: { method: 'POST', path: '/api/overrides', body: NO_JSON },
    tenants: { header: tempo.tenantHeader, namesIn: tagsIn },
  }),
  jaeger: () => ({
    reads: ['/api/v3/services', '/api/services'],
    // Archives one trace. No trace can have this id, so there is nothing to archive, whatever the storage.
    write: { method: 'POST', path: '/api/archive/not-a-trace-id' },
  }),
  zipkin: () => ({
    reads: ['/api/v2/services'],
    // Stores spans. The body is none, so there is nothing to store.
    write: { method: 'POST', path: '/api/v2/spans', body: NO_JSON },
  }),
}

/** How to find out what a gateway in front of a back end lets through. Failure `settings` for a place it cannot have. Undefined: none stands there. */
export const gatewayProbe = (id: BackendId, place: Place): GatewayProbe | undefined => PROBES[id]?.(place)

/** The scope of Tempo's own names, which exist without any data. */
const BUILT_IN = 'intrinsic'

/** Of either version of Tempo's API, or the values of one. Lists without items are left out there or null, but for the count of what was read. */
function tagsIn(body: Buffer): readonly string[] | undefined {
  const { scopes, tagNames, tagValues, ...rest } = jsonObject(body) ?? { none: true }
  if (Array.isArray(tagValues)) return tagValues.map((one) => JSON.stringify(one))
  if (scopes === undefined && tagNames === undefined)
    return Object.keys(rest).every((member) => member === 'metrics') ? [] : undefined
  if (scopes === undefined || scopes === null) {
    const names = tagNames ?? []
    return Array.isArray(names) ? names.map(String) : undefined
  }
  const lists = Array.isArray(scopes) ? scopes.map(tagsOfScope) : [undefined]
  return lists.includes(undefined) ? undefined : lists.flatMap((list) => list ?? [])
}

/** With the scope in front: `span.host`. */
function tagsOfScope(scope: unknown): readonly string[] | undefined {
  if (!isObject(scope)) return undefined
  const { name } = scope
  const tags = scope.tags ?? []
  if (!Array.isArray(tags)) return undefined
  return name === BUILT_IN ? [] : tags.map((tag) => `${name}.${tag}`)
}
