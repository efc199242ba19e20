/** Value of the Authorization header. `scheme`: `bearer`, another scheme's name, or a text with `{token}` in it. */
export function authorizationValue(scheme: string, token: string): string {
  if (scheme.includes('{token}')) return scheme.replaceAll('{token}', token)
  return scheme.toLowerCase() === 'bearer' ? `Bearer ${token}` : `${scheme} ${token}`
}
