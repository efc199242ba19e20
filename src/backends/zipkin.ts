import type { Backend } from './backend.ts'

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
      instead: 'See the attributes of one trace: ls-auth trace get ID -o json.',
    },
    query: {
      why: 'it has no query language for time series',
      instead: 'Query the metrics store that counts its spans.',
    },
  },
} as const satisfies Backend
