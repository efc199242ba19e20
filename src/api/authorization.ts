/** Value of the Authorization header. `scheme`: `bearer`, another scheme's name, or a text with `{token}` in it. */
export function authorizationValue(scheme: string, token: string): string {
  if (scheme.includes('{token}')) return scheme.replaceAll('{token}', token)
  return scheme.toLowerCase() === 'bearer' ? `Bearer ${token}` : `${scheme} ${token}`
}

/** How a token is sent. */
interface TokenWay {
  readonly authorization: string
  /** `Authorization` when absent. */
  readonly tokenHeader?: string
}

/** The header that carries a token, in the scheme of the API. */
export const tokenHeaders = (
  { authorization, tokenHeader = 'authorization' }: TokenWay,
  token: string,
): Readonly<Record<string, string>> => ({
  [tokenHeader.toLowerCase()]: authorizationValue(authorization, token),
})
