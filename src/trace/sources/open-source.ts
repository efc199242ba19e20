import type { Place } from '../../backends/backend.ts'
import type { BackendId } from '../../backends/table.ts'
import type { SnapshotDesk } from './snapshot-desk.ts'
import type { Send, TraceSource } from './trace-source.ts'

/** What a back end is opened with. */
export interface Access {
  /** The base URL of its API. */
  readonly base: URL
  /** With all that its row in `backends` needs. */
  readonly place: Place
  readonly send: Send
  /** Asks a person before a request that is counted; loaded where it is needed. */
  desk(): Promise<SnapshotDesk>
}

/** How each back end is opened: what a run does not ask is not loaded. */
const OPEN: Readonly<Record<BackendId, (access: Access) => Promise<TraceSource>>> = {
  async lightstep({ place, send, desk }) {
    const { lightstepSource } = await import('./lightstep/lightstep.ts')
    const { organization = '', project = '' } = place
    return lightstepSource({ organization, project }, send, await desk())
  },
  async tempo({ base, place, send }) {
    const { tempoSource } = await import('./tempo/tempo.ts')
    return tempoSource({ base, tenant: place.tenant }, send)
  },
  async jaeger({ base, send }) {
    const { jaegerSource } = await import('./jaeger/jaeger.ts')
    return jaegerSource(base, send)
  },
}

/** A back end, as the source of traces it is. */
export const openBackend = (id: BackendId, access: Access): Promise<TraceSource> => OPEN[id](access)
