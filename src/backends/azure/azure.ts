import { type Backend, OF_ONE_TRACE } from '../backend.ts'

/** Azure Monitor: Log Analytics (`workspace`) or Application Insights (`app`), asked in KQL (learn.microsoft.com). */
export const azure = {
  id: 'azure',
  name: 'Azure Monitor',
  needs: [],
  takes: ['workspace', 'app'],
  defaultApi: 'https://api.loganalytics.azure.com',
  apiHost: 'loganalytics.azure.com',
  readRoutes: [
    { method: 'POST', path: '/v1/workspaces/:id/query' },
    { method: 'POST', path: '/v1/apps/:id/query' },
  ],
  capabilities: {
    trace: true,
    search: true,
    follow: true,
    services: true,
    attributes: {
      why: 'it has no list of them',
      instead: OF_ONE_TRACE,
    },
    query: {
      why: 'ls-auth sends it no KQL of yours',
      instead: 'Query in the portal.',
    },
  },
} as const satisfies Backend
