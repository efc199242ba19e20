import type { Proofs } from '../dpop/proofs.ts'

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
  readonly proofs?: Proofs
}

/** The headers that carry a token: with a proof where a key binds it (RFC 9449 §7.1), else in the scheme of the API. */
export async function tokenHeaders(
  { authorization, tokenHeader = 'authorization', proofs }: TokenWay,
  token: string,
  method: string,
  url: URL,
): Promise<Readonly<Record<string, string>>> {
  const proven = await proofs?.headers(token, method, url)
  return proven ?? { [tokenHeader.toLowerCase()]: authorizationValue(authorization, token) }
}
