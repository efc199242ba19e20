import { Failure } from '../../errors.ts'
import { checkBaseUrl } from '../../settings/urls.ts'

/** An API as a protected resource (RFC 9728). */
export interface Resource {
  /** Scheme, host, port and path alone. */
  readonly url: URL
  /** Its identifier, character for character; an origin may be written with or without a slash. */
  readonly identifiers: readonly string[]
  /** Where its metadata are (RFC 9728 §3.1): the well-known part goes before the path. */
  readonly metadata: URL
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** The resource at an address that was typed. Failures: `settings` (no address), `refused` (plain http). */
export function resourceAt(typed: string): Resource {
  // A token goes there later, so plain http is for this machine only.
  const url = checkBaseUrl(typed, 'bearer')
  // Without these lines, a "?" or "#" would stay.
  url.search = ''
  url.hash = ''
  const isOrigin = url.pathname === '/'
  return {
    url,
    identifiers: isOrigin ? [url.origin, url.href] : [url.href],
    metadata: new URL(`${url.origin}${WELL_KNOWN}${isOrigin ? '' : url.pathname}`),
  }
}

/** Failure `api-failed`: whoever runs the API has made a mistake. */
export const broken = (what: string): Failure =>
  new Failure('api-failed', `the API's sign-in document ${what}`, {
    hint: 'Nothing was saved. Ask whoever runs the API to correct it (RFC 9728).',
  })

/** Failure `refused`: a mistake, or a person who means harm. */
export const unsafe = (what: string, detail: readonly string[] = []): Failure =>
  new Failure('refused', `the API's sign-in document ${what}`, {
    detail,
    hint: 'Nothing was saved. Ask whoever runs the API before you continue.',
  })
