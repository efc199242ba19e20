/** The Authorization header of a scheme. */
export function authorizationValue(scheme: string, token: string): string {
  if (scheme.includes('{token}')) return scheme.replaceAll('{token}', token)
  return scheme.toLowerCase() === 'bearer' ? `Bearer ${token}` : `${scheme} ${token}`
}
