import type { Failure } from '../../errors.ts'
import type { JsonObject } from '../../json-object.ts'

/** The token that went with a request, as far as its claims can be read. */
export interface SentToken {
  /** `use_token`; undefined: it was given in LS_AUTH_TOKEN. */
  readonly use: 'access' | 'id' | undefined
  /** The header it was sent in. */
  readonly header: string
  /** Empty: it names none, or cannot be read. */
  readonly audiences: readonly string[]
  readonly groups: readonly string[]
  /** By the clock of this machine. */
  readonly isExpired: boolean
}

/** An answer that is not a good one. Its texts are a server's: not sanitized, and without the token. */
export interface Refused {
  readonly base: URL
  /** Of the request, below the base URL. */
  readonly path: string
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly json: JsonObject | undefined
  readonly sent: SentToken | undefined
}

/** A gateway's refusal, explained. */
export interface Refusal {
  readonly failure: Failure
  /** It is about the token, so that another one of the same person may be let in. */
  readonly isAboutToken?: boolean
}

/** A gateway that other people make and run, with its own way of refusing. */
export interface Gateway {
  /** For people. */
  readonly name: string
  /** The parts of its address that say more, such as `tenant dev`; undefined: this is not the address of one. */
  at(base: URL): string | undefined
  /** Whether an answer is one of its own or came through it; absent: its headers do not tell. */
  isSeenIn?(headers: Refused['headers']): boolean
  /**
   * It takes attributes out of the traces it passes on, by who asks. It reads JSON to do so: not every version can read
   * protobuf.
   */
  readonly filters: boolean
  /** Undefined: an answer like any other. */
  explain(refused: Refused): Refusal | undefined
}
