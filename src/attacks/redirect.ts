/** Where a redirect leads: to the same thing at the same host, or anywhere else, such as a sign-in. Undefined: it does not say. */
export type Redirect = 'same' | 'elsewhere'

/**
 * Judged by the host and the last segment of the path. That stays when a server adds a slash, merges two, puts a prefix in
 * front or asks for https; a sign-in page has another one, and what was asked for at most in its query.
 */
export function redirectOf(asked: URL, location: string | undefined): Redirect | undefined {
  if (location === undefined || !URL.canParse(location, asked.href)) return undefined
  const to = new URL(location, asked)
  return to.hostname === asked.hostname && lastSegment(to) === lastSegment(asked) ? 'same' : 'elsewhere'
}

/** The URL that the redirect leads to, where it is the same thing at the same origin. */
export function sameAt(asked: URL, location: string | undefined): URL | undefined {
  if (location === undefined || redirectOf(asked, location) !== 'same') return undefined
  const to = new URL(location, asked)
  return to.origin === asked.origin ? to : undefined
}

function lastSegment({ pathname }: URL): string {
  const last = pathname.split('/').filter(Boolean).at(-1) ?? ''
  try {
    return decodeURIComponent(last).toLowerCase()
  } catch {
    return last.toLowerCase()
  }
}
