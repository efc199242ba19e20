import { jsonObject } from '../../json-object.ts'
import type { HttpAnswer } from '../../ports.ts'

/** Seen before the answer is judged, so that a token that comes with a bad answer can still be revoked. */
export function refreshTokenIn({ status, body }: HttpAnswer): string | undefined {
  if (status !== 200) return undefined
  const token = jsonObject(body)?.refresh_token
  return typeof token === 'string' ? token : undefined
}

/** The door has decoded the body already. */
export function withoutEncoding(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { 'content-encoding': _, 'content-length': __, 'transfer-encoding': ___, ...rest } = headers
  return rest
}
