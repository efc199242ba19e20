import type { HttpAnswer } from '../../ports.ts'

/** Seen before the answer is judged, so that a token that comes with a bad answer can still be revoked. */
export function refreshTokenIn({ status, body }: HttpAnswer): string | undefined {
  if (status !== 200) return undefined
  try {
    const token = (JSON.parse(body.toString('utf8')) as { refresh_token?: unknown } | null)?.refresh_token
    return typeof token === 'string' ? token : undefined
  } catch {
    return undefined
  }
}

/** The door has decoded the body already. */
export function withoutEncoding(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { 'content-encoding': _, 'content-length': __, 'transfer-encoding': ___, ...rest } = headers
  return rest
}
