import type { Failure } from '../errors.ts'

/** What a person can ask of a place traces are read from. */
export type Verb = 'trace' | 'search' | 'services' | 'attributes' | 'query'

/** Why a back end cannot do something, and what to do instead. */
export interface Inability {
  /** Goes on from `Jaeger cannot …: `. */
  readonly why: string
  /** A sentence; that other back ends can is added to it from the table. */
  readonly instead: string
}

/** By verb: `true`, or why not. Known without a request, so that nobody signs in to learn it. */
export type Capabilities = Readonly<Record<Verb, true | Inability>>

/** Settings of a profile that say where in a back end the traces are. */
export type PlaceName = 'organization' | 'project' | 'tenant'

/** Their values, as far as the profile has them. */
export type Place = Readonly<Partial<Record<PlaceName, string | undefined>>>

/** A request that reads and changes nothing. In `path`, `:name` stands for one segment. */
export interface ReadRoute {
  readonly method: 'GET' | 'POST'
  readonly path: string
}

/** A flag of `trace get` and `trace search` that means something to one back end only. */
export interface OwnFlag {
  /** `--snapshot`. */
  readonly flag: string
  readonly help: string
}

/** What is known of a back end before anything is sent to it. The code that asks it is in `trace/sources`. */
export interface Backend {
  /** The value of the setting `backend`. */
  readonly id: string
  /** For people: `Lightstep`. */
  readonly name: string
  /** Settings without which no request can be made. */
  readonly needs: readonly PlaceName[]
  /** Settings it heeds where they are given. */
  readonly takes: readonly PlaceName[]
  /** Where it is when the profile does not say. */
  readonly defaultApi: string
  /** The language of `ls-auth query`, for its help. */
  readonly queryLanguage?: string
  readonly flags?: readonly OwnFlag[]
  /** Everything its source asks that only reads. */
  readonly readRoutes: readonly ReadRoute[]
  readonly capabilities: Capabilities
  /** The path of the cheapest request that shows whether the API lets this person in. Failure `settings`. */
  probe(place: Place): string
  /** The same failure of a request to `host`, with what is known about this back end added to it. */
  explain?(failure: Failure, host: string): Failure
}
