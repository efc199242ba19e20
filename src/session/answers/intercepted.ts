import { isPage } from '../../http-answers/web-page.ts'
import type { HttpAnswer } from '../../ports/http.ts'

/** Challenges that ask for the password of a person or of a machine: proxies and filters send them. */
const PASSWORD_SCHEMES: readonly string[] = ['basic', 'digest', 'kerberos', 'negotiate', 'ntlm']

/**
 * Whether a proxy, a filter or a captive portal on the way may have answered in place of the provider's endpoint. Signs are a
 * web page, a redirect, 407, or a 401 that takes passwords alone (RFC 9110 §11.6.1, §15.5.8). Only for an answer without an
 * OAuth error code: that is the provider's in any case.
 */
export const isIntercepted = (answer: HttpAnswer): boolean =>
  isPage(answer) ||
  (answer.status >= 300 && answer.status < 400) ||
  answer.status === 407 ||
  (answer.status === 401 && wantsPasswordOnly(answer.headers['www-authenticate'] ?? ''))

function wantsPasswordOnly(challenges: string): boolean {
  // A quoted text may hold a comma and the name of a scheme. What follows a comma is a scheme, or a parameter (name=…).
  const parts = challenges.replace(/"(?:[^"\\]|\\.)*"/g, '""').split(',')
  const schemes = parts.flatMap((part) => /^\s*([\w-]+)(?!\s*=)(?=\s|$)/.exec(part)?.[1]?.toLowerCase() ?? [])
  return schemes.length > 0 && schemes.every((scheme) => PASSWORD_SCHEMES.includes(scheme))
}

/** Statuses of an address where an endpoint is not, or not any more: nothing on the way sends them. */
export const NOT_HERE: readonly number[] = [404, 405, 410]
