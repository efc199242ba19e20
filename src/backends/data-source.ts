import type { Backend } from './backend.ts'
import { jaeger } from './jaeger/jaeger.ts'
import { tempo } from './tempo/tempo.ts'

/** What `ls-auth proxy --print` can print. */
export const PROXY_FORMATS = ['env', 'json', 'grafana'] as const

/** What `--routes` takes. */
export const PROXY_ROUTES = [PROXY_FORMATS[2]] as const

/** The one of them that is a {@link dataSourceFile}. */
export const DATA_SOURCE_FORMAT = PROXY_FORMATS[2]

export type ProxyFormat = (typeof PROXY_FORMATS)[number]

/**
 * A data source for Grafana's `provisioning/datasources` (grafana.com/docs, "Provision Grafana"). The secret stands in
 * `secureJsonData`, which Grafana encrypts and never shows. Undefined: Grafana has no such data source of its own.
 */
export function dataSourceFile(
  { dataSourceType, name }: Backend,
  origin: string,
  secret: string,
): string | undefined {
  if (dataSourceType === undefined) return undefined
  return `apiVersion: 1
datasources:
  - name: ${name} (ls-auth)
    type: ${dataSourceType}
    access: proxy
    url: ${origin}
    jsonData:
      httpHeaderName1: Authorization
    secureJsonData:
      httpHeaderValue1: Bearer ${secret}
`
}

const get = (path: string) => ({ method: 'GET', path })

/** What `mcp-grafana` and `gcx` read of Grafana itself, and by its data proxy of the traces behind it. */
export const UI_ROUTES: Pick<Backend, 'name' | 'readRoutes'> = {
  name: 'Grafana',
  readRoutes: [
    ...['/api/datasources', '/api/datasources/uid/:uid', '/api/search', '/api/dashboards/uid/:uid'].map(get),
    { method: 'POST', path: '/api/ds/query' },
    ...[...tempo.readRoutes, ...jaeger.readRoutes].flatMap(({ method, path }) =>
      method === 'GET' ? [get(`/api/datasources/proxy/uid/:uid${path}`)] : [],
    ),
  ],
}
