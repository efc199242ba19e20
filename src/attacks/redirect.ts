/**
 * Where a redirect leads: to the same path at this origin or at another one of the host, back again, or elsewhere. Undefined:
 * the answer names no place.
 */
export type Redirect = 'same' | 'other-origin' | 'circle' | 'elsewhere'

/**
 * Judged by the host and the whole path. That stays when a server adds a slash, merges two, decodes a letter or asks for https;
 * a sign-in page has another path, which may end with the requested one. `before`: the first request, where a redirect led to
 * `asked`.
 */
export function redirectOf(asked: URL, location: string | undefined, before?: URL): Redirect | undefined {
  if (location === undefined || !URL.canParse(location, asked.href)) return undefined
  const to = new URL(location, asked)
  if (to.hostname !== asked.hostname || plainPath(to) !== plainPath(asked)) return 'elsewhere'
  if (to.origin !== asked.origin) return 'other-origin'
  const isBack = before !== undefined && [asked, before].some((one) => isSame(one, to))
  return isBack ? 'circle' : 'same'
}

/** The URL that the redirect leads to, where it is the same thing at the same origin. */
export function sameAt(asked: URL, location: string | undefined): URL | undefined {
  if (location === undefined || redirectOf(asked, location) !== 'same') return undefined
  return new URL(location, asked)
}

/** But for the fragment, which no server gets. */
const isSame = (a: URL, b: URL): boolean => a.pathname === b.pathname && a.search === b.search

/** Without what the attacks spell in another way: slashes, encoded letters and capitals. */
function plainPath({ pathname }: URL): string {
  const path = pathname.split('/').filter(Boolean).join('/')
  try {
    return decodeURIComponent(path).toLowerCase()
  } catch {
    return path.toLowerCase()
  }
}
