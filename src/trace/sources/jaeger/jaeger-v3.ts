import { Failure } from '../../../errors.ts'
import { isObject } from '../../../json-object.ts'
import type { ApiAnswer, ApiRequest, Send } from '../trace-source.ts'

/**
 * Sends a request to v3; undefined when this Jaeger has no such path. Versions without it answer unknown paths with
 * their UI's web page or a 404 that is not v3's: only a request to the older API can tell that from a login page.
 * VictoriaTraces answers them with a 400, `unsupported path requested`: `memory` keeps that.
 */
export async function askV3(
  send: Send,
  request: ApiRequest,
  memory: { isVictoria?: boolean } = {},
): Promise<ApiAnswer | undefined> {
  try {
    const answer = await send({ ...request, answers: [400, 405, 501, ...(request.answers ?? [])] })
    if (answer.status === 500 && !isV3Error(answer)) throw answer.failure
    if (answer.status === 405 || answer.status === 501) return undefined
    if (answer.status < 400 || isV3Error(answer)) return answer
    memory.isVictoria = answer.status === 400
    return undefined
  } catch (error) {
    const page = error instanceof Failure && (error.code === 'login-page' || error.code === 'not-found')
    if (page) return undefined
    throw error
  }
}

/** `{"error":{"httpCode":404,"message":"No traces found"}}`. */
function isV3Error(answer: ApiAnswer): boolean {
  try {
    const body = answer.json()
    return isObject(body) && isObject(body.error)
  } catch {
    return false
  }
}
