import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import type { Attributes, Span, SpanMark, Trace } from '../../trace/model.ts'
import { SpanView } from '../../trace/span-view.ts'
import { traceAmong } from '../trace-ids.ts'
import type { ApiAnswer, ApiRequest, Send } from '../trace-source.ts'
import { tracesInAnswer } from '../traces-in-answer.ts'
import { tempo } from './tempo.ts'

/** Protobuf is 3.6 times faster to encode for the server, and smaller; a proxy may still answer with JSON. */
const PROTOBUF_FIRST = 'application/protobuf, application/json;q=0.5'
const JSON_ONLY = 'application/json'
/** Not acceptable, unsupported media type, and what Go's reverse proxy says when it cannot rewrite an answer. */
const NO_PROTOBUF: readonly number[] = [406, 415, 502]

/**
 * Reads traces by id. A gateway on the way that cannot read protobuf is asked once more, and from then on, for JSON.
 * `filters`: a gateway there takes attributes out, so it is asked for JSON at once, and what it took is counted.
 */
export function tempoReader(ask: Send, filters: boolean): (id: string) => Promise<Trace | undefined> {
  let accept = filters ? JSON_ONLY : PROTOBUF_FIRST
  const askFor = async (path: string): Promise<ApiAnswer> => {
    if (accept === JSON_ONLY) return ask({ path, accept })
    const answer = await ask({ path, accept, answers: NO_PROTOBUF })
    if (!NO_PROTOBUF.includes(answer.status)) return answer
    const again = await ask({ path, accept: JSON_ONLY })
    accept = JSON_ONLY
    return again
  }
  return async (id) => {
    const v2 = await askFor(`/api/v2/traces/${id}`)
    if (v2.status !== 404) return traceIn(v2, id, filters)
    const v1 = await askFor(`/api/traces/${id}`)
    if (v1.status !== 404) return traceIn(v1, id, filters)
    return undefined
  }
}

/**
 * v2 answers 200 with an empty trace for a missing one; as protobuf that may be an empty body. A partial empty one isn't
 * missing, and neither is one with unreadable blocks.
 */
function traceIn(answer: ApiAnswer, id: string, filters: boolean): Trace | undefined {
  const isOfSomeBlocks = answer.status === 206
  if (answer.body.length === 0 && !isOfSomeBlocks) return undefined
  const cutAll = (why: string): never => {
    throw noSpanOf(id, {
      reason: 'too-large',
      hint: 'Ask whoever runs Tempo about its trace size limit (max_bytes_per_trace).',
      detail: [`server: ${safeText(why, 300)}`],
    })
  }
  const traces = answer.body.length === 0 ? [] : tracesInAnswer(answer, tempo.name, cutAll)
  const trace = traceAmong(traces, id, tempo.name)
  const read = trace && markWithheld(trace, filters)
  if (!isOfSomeBlocks) return read
  if (read === undefined)
    throw noSpanOf(id, {
      hint: 'Try again. If it keeps failing, ask whoever runs Tempo.',
      detail: [SOME_BLOCKS],
    })
  return { ...read, partial: read.partial ?? SOME_BLOCKS }
}

/** `tolerate_failed_blocks` of Tempo 1.x and 2.x: the status is all that says so, the body is that of any trace. */
const SOME_BLOCKS = 'Tempo could not read some of its blocks (HTTP 206)'

const noSpanOf = (id: string, further: { hint: string; detail: readonly string[]; reason?: 'too-large' }) =>
  new Failure('api-failed', `Tempo answered without spans of the trace ${id}`, further)

/** Another program answers at this address. */
export const noTempo = (): Failure =>
  new Failure('api-failed', 'there is no Tempo at this address', {
    hint: 'Check that api is the base URL of Tempo, without /api at its end. Without a back end set, ls-auth asks the API which it is.',
  })

/** What a gateway leaves of a resource whose attributes it takes away (observatorium/api: `traceRBAC`). */
const LEFT: ReadonlySet<string> = new Set(['service.name', 'k8s.namespace.name'])
const NAMESPACE = 'k8s.namespace.name'

class WithheldSpan extends SpanView {
  override get marks(): readonly SpanMark[] {
    return [...this.below.marks, 'attributes-withheld']
  }
}

/**
 * The trace with a mark on each span whose attributes the gateway withholds from the caller. That span has name and times, no
 * attribute, no event, and of the resource at most service and namespace. `filters`: the gateway is known to do so. Where it is
 * not, only spans count that name a namespace and nothing else of their host: no SDK makes that resource.
 */
export function markWithheld(trace: Trace, filters: boolean): Trace {
  const bare = new Map<Attributes, boolean>()
  const spans = trace.spans.map((span) => {
    // One resource is shared by many spans, and the attributes of a span are parsed when they are asked for.
    let isBare = bare.get(span.resource)
    if (isBare === undefined) {
      isBare = isLeft(span.resource, filters)
      bare.set(span.resource, isBare)
    }
    return isBare && isEmpty(span) ? new WithheldSpan(span) : span
  })
  return { ...trace, spans }
}

const isLeft = (resource: Attributes, filters: boolean): boolean =>
  resource.every(([key]) => LEFT.has(key)) && (filters || resource.some(([key]) => key === NAMESPACE))

const isEmpty = ({ attributes, events }: Span): boolean => attributes.length === 0 && events.length === 0

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
        ? new Failure(answer.failure.code, 'this Tempo serves several tenants and needs one', {
            hint: WHICH_TENANT,
          })
        : answer.failure.withMoreHint(isOfTime ? 'Or use a shorter time with --since.' : undefined)
    }
    return answer
  }
}

/** Tempo's error message: plain text, never JSON (a proxy's may be). Empty for a good answer. */
function plainText(answer: ApiAnswer): string {
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
  'Set yours (sent as X-Scope-OrgID): --tenant NAME, or save it in the profile: ls-auth profile set tenant NAME'

const MESSAGE_SIZE =
  'Ask whoever runs Tempo to raise the gRPC message size limits of its querier and query frontend.'
const TRACE_SIZE = 'Ask whoever runs Tempo about its trace size limit (max_bytes_per_trace).'

function tooLarge(text: string, hint: string): Failure {
  return new Failure('api-failed', "the trace exceeds Tempo's size limit", {
    hint,
    reason: 'too-large',
    detail: [safeText(text, 300)],
  })
}
