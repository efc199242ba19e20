import type { Backend } from './backend.ts'

/**
 * Whether a request is read-only, by the routes of a back end. `path` is relative to the API's base URL, still
 * percent-encoded, without the query. Dot segments, empty ones and encoded slashes match no route: another server may
 * decode them into a path traversal.
 */
export function isReadRoute({ readRoutes }: Backend, method: string, path: string): boolean {
  const segments = path.split('/')
  if (!segments.slice(1).every(isPlain)) return false
  return readRoutes.some((route) => {
    const pattern = route.path.split('/')
    return (
      route.method === method &&
      pattern.length === segments.length &&
      pattern.every((part, i) => part.startsWith(':') || part === segments[i])
    )
  })
}

function isPlain(segment: string): boolean {
  if (segment === '' || /%2f|%5c|%2e|[\\?#]/i.test(segment)) return false
  return segment !== '.' && segment !== '..'
}
