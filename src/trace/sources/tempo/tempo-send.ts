import { tempo } from '../../../backends/tempo.ts'
import { Failure } from '../../../errors.ts'
import { safeText } from '../../../text/safe-text.ts'
import type { ApiAnswer, ApiRequest, Send } from '../trace-source.ts'

/** What takes longer the longer the time is that is asked for. */
const OF_A_TIME: ReadonlySet<string> = new Set(['/api/search', '/api/metrics/query_range'])

/**
 * Adds the tenant header, and maps Tempo's plain-text errors to Failures: `api-failed` for a trace that is too large. The limit
 * of a message is a 500, that of a trace (`max_bytes_per_trace`) a 422.
 */
export function tempoSend(tenant: string | undefined, send: Send): Send {
  return async (request: ApiRequest) => {
    const headers = tenant === undefined ? {} : { [tempo.tenantHeader]: tenant }
    const answers = [...(request.answers ?? []), 401, 422, 500, 504]
    const answer = await send({ ...request, headers: { ...request.headers, ...headers }, answers })
    const text = plainText(answer)
    if (answer.status === 500 && /larger than the max/i.test(text)) throw tooLarge(text, MESSAGE_SIZE)
    if (answer.status === 422 && /exceeds max size/i.test(text)) throw tooLarge(text, TRACE_SIZE)
    if (answer.failure && !request.answers?.includes(answer.status)) {
      const isOfTime = answer.status === 504 && OF_A_TIME.has(request.path)
      const isOfTenant = answer.status === 401 && /no org id/i.test(text)
      throw isOfTenant
        ? new Failure(answer.failure.code, 'this Tempo serves several tenants, and none is named', {
            hint: WHICH_TENANT,
          })
        : answer.failure.withMoreHint(isOfTime ? 'Or ask for a shorter time with --since.' : undefined)
    }
    return answer
  }
}

/** Tempo's error message: plain text, never JSON (a proxy's may be). Empty for a good answer. */
export function plainText(answer: ApiAnswer): string {
  return answer.status >= 400 ? Buffer.from(answer.body.subarray(0, 1000)).toString('utf8').trim() : ''
}

/** Tempo's error message, sanitized, as `detail` of a Failure. */
export function errorDetail(answer: ApiAnswer): string[] {
  const text = plainText(answer)
  return text === '' || text.startsWith('<') ? [] : [safeText(text, 300)]
}

/** Failure `api-failed` for a path this Tempo does not have. */
export function noSuchPath(what: string): Failure {
  return new Failure('api-failed', `this Tempo ${what}`, {
    hint: 'Check that api is the base URL of Tempo, without /api at its end.',
  })
}

/** A time range as query parameters of Tempo's API: whole seconds since the epoch. */
export function startAndEnd(fromMillis: number, toMillis: number): { start: string; end: string } {
  return { start: String(Math.floor(fromMillis / 1000)), end: String(Math.ceil(toMillis / 1000)) }
}

const WHICH_TENANT =
  'Name yours (it is sent as X-Scope-OrgID): --tenant NAME, or save it in the profile: ls-auth profile set tenant NAME'

const MESSAGE_SIZE =
  'Ask whoever runs Tempo to raise the gRPC message size limits of its querier and query frontend.'
const TRACE_SIZE = 'Ask whoever runs Tempo about the largest trace that it sends (max_bytes_per_trace).'

function tooLarge(text: string, hint: string): Failure {
  return new Failure('api-failed', 'the trace is larger than Tempo sends', {
    hint,
    reason: 'too-large',
    detail: [safeText(text, 300)],
  })
}
