/** Where a redirect leads: to the same thing at the same host, or anywhere else, such as a sign-in. Undefined: it does not say. */
export type Redirect = 'same' | 'elsewhere'

/**
 * Judged by the host and the whole path. That stays when a server adds a slash, merges two, decodes a letter or asks for
 * https; a sign-in page has another one, which may end with what was asked for.
 */
export function redirectOf(asked: URL, location: string | undefined): Redirect | undefined {
  if (location === undefined || !URL.canParse(location, asked.href)) return undefined
  const to = new URL(location, asked)
  return to.hostname === asked.hostname && plainPath(to) === plainPath(asked) ? 'same' : 'elsewhere'
}

/** The URL that the redirect leads to, where it is the same thing at the same origin. */
export function sameAt(asked: URL, location: string | undefined): URL | undefined {
  if (location === undefined || redirectOf(asked, location) !== 'same') return undefined
  const to = new URL(location, asked)
  return to.origin === asked.origin ? to : undefined
}

/** Without what the attacks spell in another way: slashes, encoded letters and capitals. */
function plainPath({ pathname }: URL): string {
  const path = pathname.split('/').filter(Boolean).join('/')
  try {
    return decodeURIComponent(path).toLowerCase()
  } catch {
    return path.toLowerCase()
  }
}
