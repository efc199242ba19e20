import type { Place } from '../../backends/backend.ts'
import type { BackendId } from '../../backends/table.ts'
import type { BackendSource, Send, SnapshotConsent } from './trace-source.ts'

/** What a back end is opened with. */
export interface BackendAccess {
  readonly base: URL
  /** Where a browser shows its traces, as the profile says. */
  readonly ui?: URL | undefined
  /** Holds every setting that its row in `backends` needs. */
  readonly place: Place
  readonly send: Send
  /** Milliseconds since the epoch. */
  now(): number
  /** Asks the user before a counted request; loaded lazily. */
  snapshotConsent(): Promise<SnapshotConsent>
}

/** Opens a back end. A run loads only the one it uses. */
const OPEN: Readonly<Record<BackendId, (access: BackendAccess) => Promise<BackendSource>>> = {
  async lightstep({ place, ui, send, snapshotConsent }) {
    const { lightstepSource } = await import('./lightstep-source.ts')
    const { organization = '', project = '' } = place
    return lightstepSource({ organization, project, ui }, send, await snapshotConsent())
  },
  async tempo({ base, ui, place, send, now }) {
    const { tempoSource } = await import('./tempo/tempo-source.ts')
    return tempoSource({ base, ui, tenant: place.tenant }, send, now)
  },
  async jaeger({ base, ui, send }) {
    const { jaegerSource } = await import('./jaeger-source.ts')
    return jaegerSource(base, send, ui)
  },
  async azure({ place, send, now }) {
    const { azureSource } = await import('./azure/azure-source.ts')
    return azureSource(place, send, now)
  },
  async dash0({ base, ui, place, send, now }) {
    const { dash0Source } = await import('./dash0-source.ts')
    return dash0Source({ base, ui, dataset: place.dataset }, send, now)
  },
  async zipkin({ base, ui, send }) {
    const { zipkinSource } = await import('./zipkin-source.ts')
    return zipkinSource(base, send, ui)
  },
}

export const openBackend = (id: BackendId, access: BackendAccess): Promise<BackendSource> => OPEN[id](access)
