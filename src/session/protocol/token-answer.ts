import { jsonObject } from '../../json-object.ts'
import type { HttpAnswer } from '../../ports.ts'

/** The refresh token in a raw token response, before validation: one in a rejected response can still be revoked. */
export function refreshTokenIn({ status, body }: HttpAnswer): string | undefined {
  if (status !== 200) return undefined
  const token = jsonObject(body)?.refresh_token
  return typeof token === 'string' ? token : undefined
}

/** Response headers without Content-Encoding and Content-Length: the HTTP port has decoded the body already. */
export function withoutEncoding(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { 'content-encoding': _, 'content-length': __, 'transfer-encoding': ___, ...rest } = headers
  return rest
}
