import type { Backend } from './backend.ts'

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
    { method: 'GET', path: '/api/echo' },
    { method: 'GET', path: '/api/status/buildinfo' },
    { method: 'GET', path: '/api/v2/traces/:id' },
    { method: 'GET', path: '/api/traces/:id' },
    { method: 'GET', path: '/api/search' },
    { method: 'GET', path: '/api/v2/search/tags' },
    { method: 'GET', path: '/api/search/tags' },
    { method: 'GET', path: '/api/v2/search/tag/:name/values' },
    { method: 'GET', path: '/api/search/tag/:name/values' },
    { method: 'GET', path: '/api/metrics/query_range' },
  ],
  capabilities: { trace: true, search: true, follow: true, services: true, attributes: true, query: true },
} as const satisfies Backend
