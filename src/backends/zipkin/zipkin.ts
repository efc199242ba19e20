import { type Backend, NO_SERIES, OF_ONE_TRACE } from '../backend.ts'

/** Zipkin's server: v2 of its API (openzipkin/zipkin `ZipkinQueryApiV2.java`). */
export const zipkin = {
  id: 'zipkin',
  name: 'Zipkin',
  needs: [],
  takes: [],
  defaultApi: 'http://127.0.0.1:9411',
  dataSourceType: 'zipkin',
  readRoutes: [
    '/api/v2/services',
    // Of Grafana's data source: its field Span.
    '/api/v2/spans',
    '/api/v2/trace/:id',
    '/api/v2/traces',
  ].map((path) => ({ method: 'GET', path })),
  capabilities: {
    trace: true,
    search: true,
    follow: true,
    services: true,
    attributes: {
      why: 'its API only lists services and span names',
      instead: OF_ONE_TRACE,
    },
    query: NO_SERIES,
  },
} as const satisfies Backend
