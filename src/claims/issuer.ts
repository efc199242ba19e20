/** How else an issuer may be written in its tokens. */
export interface IssuerSpellings {
  /** Other spellings that its tokens may carry. */
  readonly issuerAliases: readonly string[]
  /** Fits an issuer that stands for many tenants. */
  readonly sharedIssuer?: RegExp
  /** What the tokens of such an issuer carry, with `{tenantid}` for the tenant. */
  readonly issuerTemplate?: string
}

const GUID = /^[0-9a-f-]{36}$/i

/**
 * Whether the `iss` of a token names this issuer (RFC 9068 §4: compared to the letter): the same string, an alias of
 * it, or a shared issuer with the token's own tenant (`tid`, a GUID) put into its template.
 */
export function isIssuerOf(
  claims: { readonly iss?: unknown; readonly tid?: unknown },
  issuer: string,
  { issuerAliases, sharedIssuer, issuerTemplate }: IssuerSpellings,
): boolean {
  const { iss, tid } = claims
  if (typeof iss !== 'string') return false
  if (iss === issuer || issuerAliases.includes(iss)) return true
  if (sharedIssuer?.test(issuer) !== true || typeof tid !== 'string' || !GUID.test(tid)) return false
  return issuerTemplate?.replace('{tenantid}', tid) === iss
}
