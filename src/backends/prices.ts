import type { Verb } from './backend.ts'
import type { BackendId } from './table.ts'

/** Of a verb that spends something where a flag allows it, for an agent: sentences. */
export interface Price {
  /** What it cannot do as long as nobody has allowed it. */
  readonly without: string
  /** What a call costs where it is allowed. */
  readonly cost: string
}

/** Of a limit that many share. */
const SPENT = '2 to 7 of the 60 snapshot requests an hour of the whole organization'

/** What costs something, by back end; apart from its table, which each command loads. */
const PRICES: Readonly<Partial<Record<BackendId, Readonly<Partial<Record<Verb, Price>>>>>> = {
  lightstep: {
    search: {
      without:
        'Lightstep has no search: without a snapshot, which a person allows by starting this server with --snapshot, only a query that a stream has is answered.',
      cost: `On Lightstep each call may spend ${SPENT}, and so does a call that is repeated.`,
    },
    trace: {
      without:
        'Lightstep reads traces by the id of a span (16 hex digits) or the address of its page, and not by that of a trace.',
      cost: `On Lightstep the id of a trace, or of a span whose trace is not assembled, may spend ${SPENT}: the id of a span that was found is the cheap one.`,
    },
  },
}

/** What a verb costs at a back end. Undefined: nothing. */
export const priceAt = (backend: BackendId, verb: Verb): Price | undefined => PRICES[backend]?.[verb]
