import { type Backend, OF_ONE_TRACE } from '../backend.ts'

/** Dash0's own API, which takes a person's token (dash0.com/docs API reference; `@dash0/api-client`). */
export const dash0 = {
  id: 'dash0',
  name: 'Dash0',
  needs: [],
  takes: ['dataset'],
  defaultApi: 'https://api.europe-west4.gcp.dash0.com',
  apiHost: 'dash0.com',
  readRoutes: [
    { method: 'POST', path: '/api/trace/details' },
    { method: 'POST', path: '/api/spans' },
  ],
  capabilities: {
    trace: true,
    search: true,
    follow: true,
    services: true,
    attributes: {
      why: 'its API has no list of them',
      instead: OF_ONE_TRACE,
    },
    query: {
      why: 'its metrics have another API',
      instead: 'Use trace breakdown, or a dashboard in Dash0.',
    },
  },
} as const satisfies Backend
