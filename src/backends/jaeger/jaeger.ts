import { type Backend, NO_SERIES, OF_ONE_TRACE } from '../backend.ts'

/** Jaeger: the stable `/api/v3`, with a fallback to the UI's `/api` (v1, VictoriaTraces). */
export const jaeger = {
  id: 'jaeger',
  name: 'Jaeger',
  needs: [],
  takes: [],
  defaultApi: 'http://127.0.0.1:16686',
  dataSourceType: 'jaeger',
  readRoutes: [
    '/api/v3/services',
    '/api/services',
    '/api/v3/traces/:id',
    '/api/traces/:id',
    '/api/v3/trace-summaries',
    '/api/traces',
    // Of Grafana's data source: its field Operation, the search by the stable API, the dependency graph.
    '/api/services/:service/operations',
    '/api/v3/operations',
    '/api/v3/traces',
    '/api/dependencies',
  ].map((path) => ({ method: 'GET', path })),
  capabilities: {
    trace: true,
    search: true,
    follow: true,
    services: true,
    attributes: {
      why: 'its API only lists services and operations',
      instead: OF_ONE_TRACE,
    },
    query: NO_SERIES,
  },
} as const satisfies Backend
