import type { Verb } from './backend.ts'
import type { BackendId } from './table.ts'

/** Of a verb that spends something where a flag allows it, for an agent: sentences. */
export interface Price {
  /** The work that it cannot do until a person allows it. */
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
        'Lightstep cannot search without a snapshot. A person allows snapshots by starting this server with --snapshot.',
      cost: `On Lightstep each call may spend ${SPENT}, and so may each repeat.`,
    },
    trace: {
      without: 'Lightstep reads traces by span id (16 hex digits) or page address, not by trace id.',
      cost: `On Lightstep a trace id, or a span of an unassembled trace, may spend ${SPENT}. A span id from a search is cheap.`,
    },
  },
}

/** What a verb costs at a back end. Undefined: nothing. */
export const priceAt = (backend: BackendId, verb: Verb): Price | undefined => PRICES[backend]?.[verb]
