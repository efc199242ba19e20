import type { Failure } from '../errors.ts'

/** What a source of traces can be asked for. */
export type Verb = 'trace' | 'search' | 'services' | 'attributes' | 'query'

/** The same, and whether a search can be followed: whether asking it again gives each new trace. */
export type Ability = Verb | 'follow'

/** Why a back end cannot do something, and what to do instead. */
export interface Inability {
  /** The end of the sentence `Jaeger cannot …: `. */
  readonly why: string
  /** A sentence. A list of the back ends that can is appended to it. */
  readonly instead: string
}

/** By ability: `true`, or why not. Known without a request, so before anybody signs in. */
export type Capabilities = Readonly<Record<Ability, true | Inability>>

/** Settings of a profile that say where in a back end the traces are: each is a flag and a variable, too. */
export const PLACE_NAMES = ['organization', 'project', 'tenant', 'dataset', 'workspace', 'app'] as const

export type PlaceName = (typeof PLACE_NAMES)[number]

/** The variable of one: `LS_AUTH_TENANT`. */
export const placeVariable = (name: PlaceName): string => `LS_AUTH_${name.toUpperCase()}`

/** Their values, as far as the profile has them. */
export type Place = Readonly<Partial<Record<PlaceName, string | undefined>>>

/** A request that reads and changes nothing. In `path`, `:name` stands for one segment. */
export interface ReadRoute {
  readonly method: string
  readonly path: string
}

/** A flag of `trace get` and `trace search` that means something to one back end only. */
export interface OwnFlag {
  /** `--snapshot`. */
  readonly flag: string
  readonly help: string
}

/** Facts about a back end without a request. The code that asks it is beside them, in a `BackendApi`. */
export interface Backend {
  /** The value of the setting `backend`. */
  readonly id: string
  /** For people: `Lightstep`. */
  readonly name: string
  /** Settings without which no request can be made. */
  readonly needs: readonly PlaceName[]
  /** Optional settings it uses. */
  readonly takes: readonly PlaceName[]
  /** The base URL of its API when the profile gives none. */
  readonly defaultApi: string
  /** The domain of the vendor's own API, which takes a person's token: no gateway stands before it. */
  readonly apiHost?: string
  /** The header that names the tenant, in lower case. */
  readonly tenantHeader?: string
  /** The type of its data source in Grafana, where that is a part of Grafana. */
  readonly dataSourceType?: string
  /** The language of `ls-auth query`, for its help. */
  readonly queryLanguage?: string
  readonly flags?: readonly OwnFlag[]
  /** Every read-only request of its source. */
  readonly readRoutes: readonly ReadRoute[]
  readonly capabilities: Capabilities
  /** Adds what is known about this back end to the failure of a request to `host`. */
  explain?(failure: Failure, host: string): Failure
}

/**
 * Whether a request is read-only, by the routes of a back end. `path` is relative to the API's base URL, still
 * percent-encoded, without the query. Dot segments, empty ones and encoded slashes match no route: another server may
 * decode them into a path traversal.
 */
export function isReadRoute(
  { readRoutes }: Pick<Backend, 'readRoutes'>,
  method: string,
  path: string,
): boolean {
  const segments = path.split('/')
  if (path === '/') return readRoutes.some((route) => route.method === method && route.path === path)
  if (!segments.slice(1).every(isPlain)) return false
  return readRoutes.some((route) => {
    const pattern = route.path.split('/')
    return (
      route.method === method &&
      pattern.length === segments.length &&
      pattern.every((part, i) => part.startsWith(':') || part === segments[i])
    )
  })
}

function isPlain(segment: string): boolean {
  if (segment === '' || /%2f|%5c|%2e|[\\?#]/i.test(segment)) return false
  return segment !== '.' && segment !== '..'
}

/** What to do without a list of attributes. */
export const OF_ONE_TRACE = 'See the attributes of one trace: ls-auth trace get ID -o json.'

/** Of a back end that only has traces. */
export const NO_SERIES = {
  why: 'it has no query language for time series',
  instead: 'Query the metrics store that counts its spans.',
} as const
