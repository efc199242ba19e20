import type { Backend } from '../backend.ts'

/** Grafana Tempo: v2 of the API, with a fallback to v1 for older versions (docs: api_docs). */
export const tempo = {
  id: 'tempo',
  name: 'Tempo',
  needs: [],
  takes: ['tenant'],
  defaultApi: 'http://127.0.0.1:3200',
  tenantHeader: 'x-scope-orgid',
  queryLanguage: 'TraceQL metrics',
  dataSourceType: 'tempo',
  readRoutes: [
    '/api/echo',
    '/api/status/buildinfo',
    '/api/v2/traces/:id',
    '/api/traces/:id',
    '/api/search',
    '/api/v2/search/tags',
    '/api/search/tags',
    '/api/v2/search/tag/:name/values',
    '/api/search/tag/:name/values',
    '/api/metrics/query_range',
    '/api/metrics/query',
  ].map((path) => ({ method: 'GET', path })),
  capabilities: { trace: true, search: true, follow: true, services: true, attributes: true, query: true },
} as const satisfies Backend
