import { jsonObject } from '../../json-object.ts'
import type { HttpAnswer } from '../../ports/http.ts'

/**
 * Normalises a device authorization response (RFC 8628 §3.2): Google writes `verification_url`; `interval` and
 * `expires_in` come as strings, as zero, or are missing. A body that cannot be parsed is passed on, for the protocol
 * library to reject.
 */
export function tolerateDeviceAnswer(answer: HttpAnswer): HttpAnswer {
  if (answer.status !== 200) return answer
  const body = jsonObject(answer.body)
  if (!body) return answer
  const interval = Number(body.interval ?? 5)
  const tolerated = {
    ...body,
    verification_uri: body.verification_uri ?? body.verification_url,
    verification_uri_complete: body.verification_uri_complete ?? body.verification_url_complete,
    expires_in: Number(body.expires_in ?? 600),
    interval: Number.isFinite(interval) && interval > 0 ? interval : 5,
  }
  return { ...answer, body: Buffer.from(JSON.stringify(tolerated)) }
}
