/**
 * Multi-factor authentication, by the claims `amr` and `acr`. A token can only prove "yes": `amr` is optional
 * (OIDC Core §2), so anything else is unknown, not "no".
 */

/** Values that mean MFA by themselves: RFC 8176 `mfa`, a vendor's spelling, and the phishing-resistant levels. */
const OUTRIGHT = new Set(['mfa', 'ngcmfa', 'phr', 'phrh'])

/**
 * RFC 8176 methods by their factor; methods of two different factors are MFA. Not `rsa`, which Entra alone writes: it may also be
 * the certificate of a service.
 */
const FACTORS: Record<string, 'known' | 'held' | 'being'> = {
  pwd: 'known',
  pin: 'known',
  kba: 'known',
  otp: 'held',
  sms: 'held',
  tel: 'held',
  hwk: 'held',
  swk: 'held',
  sc: 'held',
  pop: 'held',
  webauthn: 'held',
  fpt: 'being',
  face: 'being',
  iris: 'being',
  retina: 'being',
  vbm: 'being',
}

/**
 * True when the authentication methods (`amr`) prove two factors; otherwise they prove nothing either way. `byFactors`: methods
 * of two factors do; false for a provider that writes `mfa` itself.
 */
export function methodsProveMfa(methods: readonly string[], byFactors = true): boolean {
  if (methods.some((method) => OUTRIGHT.has(method))) return true
  if (!byFactors) return false
  const kinds = methods.map((method) => (Object.hasOwn(FACTORS, method) ? FACTORS[method] : undefined))
  return new Set(kinds.filter((kind) => kind !== undefined)).size > 1
}

/** True when the authentication level (`acr`) is one that the provider's row lists as more than one factor. */
export function levelProvesMfa(level: string, mfaLevels: readonly string[]): boolean {
  return mfaLevels.some((listed) =>
    listed.endsWith('*') ? level.startsWith(listed.slice(0, -1)) : level === listed,
  )
}
