import { Failure } from '../errors.ts'
import { safeText } from '../text/safe-text.ts'

/** Other values of `iss` that an issuer's tokens may carry. */
export interface IssuerSpellings {
  /** Other spellings of the issuer. */
  readonly issuerAliases: readonly string[]
  /** Matches an issuer that stands for many tenants. */
  readonly sharedIssuer?: RegExp
  /** `iss` in the tokens of this issuer, with `{tenantid}` in place of the tenant. */
  readonly issuerTemplate?: string
}

const GUID = /^[0-9a-f-]{36}$/i

/**
 * Whether the `iss` of a token names this issuer (RFC 9068 §4: exact comparison). It is the same string, an alias, or for a
 * shared issuer its template with the token's tenant (`tid`, a GUID).
 */
export function isIssuerOf(
  claims: { readonly iss?: unknown; readonly tid?: unknown },
  issuer: string,
  { issuerAliases, sharedIssuer, issuerTemplate }: IssuerSpellings,
): boolean {
  const { iss, tid } = claims
  if (iss === issuer || issuerAliases.some((alias) => alias === iss)) return true
  if (sharedIssuer?.test(issuer) !== true || typeof tid !== 'string' || !GUID.test(tid)) return false
  return issuerTemplate !== undefined && issuerTemplate.replace('{tenantid}', tid) === iss
}

/** Failure `refused` with both strings and a caret at the first difference: a trailing slash is the usual one. */
export function issuerMismatch(expected: string, actual: unknown, hint?: string): Failure {
  const [a, b] = [safeText(expected, 300), safeText(typeof actual === 'string' ? actual : '(missing)', 300)]
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return new Failure('refused', 'the issuer in the answer is not the issuer of this profile', {
    detail: [`expected ${a}`, `received ${b}`, `         ${' '.repeat(at)}^`],
    hint:
      hint ??
      (typeof actual === 'string'
        ? 'If the received issuer is right, set exactly that as issuer. Otherwise stop here.'
        : 'The sender of the answer is unknown. Ask whoever runs the identity provider.'),
  })
}
