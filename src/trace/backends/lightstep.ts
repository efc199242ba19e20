import { Failure } from '../../errors.ts'
import { safeText } from '../../safe-text.ts'
import { parseLightstep } from '../formats/lightstep.ts'
import { isObject } from '../formats/loose.ts'
import type { TraceReference } from '../id.ts'
import type { Trace } from '../model.ts'
import type { ApiAnswer, Backend, Send } from './backend.ts'
import { lightstepServices } from './lightstep-services.ts'

/** Where in Lightstep a profile's traces are. */
export interface LightstepSettings {
  /** Names, not ids; both may hold spaces. */
  readonly organization: string
  readonly project: string
}

/** Each region's UI, by its API (docs: EU data center). An organization lives in exactly one region. */
const UI_OF_API: Readonly<Record<string, string>> = {
  'api.lightstep.com': 'https://app.lightstep.com',
  'api.eu.lightstep.com': 'https://app.eu.lightstep.com',
}

/** Lightstep's public API v0.2. It reads assembled traces only, and only by the id of one of their spans. */
export function lightstepBackend(settings: LightstepSettings, send: Send): Backend {
  const project = `/public/v0.2/${segment('organization', settings.organization)}/projects/${segment('project', settings.project)}`
  return {
    name: 'Lightstep',
    async trace(reference) {
      const candidates = spanIds(reference)
      if (candidates.length === 0) throw onlyBySpan()
      let missing: ApiAnswer | undefined
      for (const id of candidates) {
        const answer = await send({ path: `${project}/stored-traces`, query: { 'span-id': id } })
        if (answer.status === 404) missing = answer
        else if (answer.status !== 200) throw refused(answer)
        else {
          const trace = parseLightstep(answer.json())
          if (trace && trace.spans.length > 0) return trace
        }
      }
      throw notFound(candidates[0] as string, settings, missing)
    },
    async search() {
      throw noSearch()
    },
    async services() {
      const names = await lightstepServices(project, send)
      if (names === undefined) throw unknownProject(settings, [])
      return names
    },
    link: (trace) => pageOf(trace, settings),
  }
}

/** Its API has no search: only snapshots, which are counted (60 an hour for the whole company) and made elsewhere. */
function noSearch(): Failure {
  return new Failure('cannot-do', 'Lightstep’s public API cannot search for traces', {
    hint: 'Search in its UI and give a span id to ls-auth trace get. Profiles of Tempo and Jaeger can search.',
    detail: [
      'It gives out assembled traces by the id of a span; what it calls a snapshot collects spans for a query,',
      'and an organization may take 60 of them an hour.',
    ],
  })
}

/** A path segment. `.` and `..` survive percent-encoding and would climb out of the organization. */
function segment(what: 'organization' | 'project', name: string): string {
  if (name === '' || name === '.' || name === '..') {
    throw new Failure('settings', `${what} "${name}" is not a name Lightstep can have`)
  }
  return encodeURIComponent(name)
}

/**
 * The forms of the id worth asking for: as given, padded, without leading zeros. Whether the API wants ids padded
 * is not documented (its vendor's own test sends them unpadded), so the others are tried, but only after a 404.
 */
function spanIds(reference: TraceReference): string[] {
  const forms: string[] = []
  for (const { spanId, digits } of [reference, ...reference.alternatives]) {
    if (spanId === undefined) continue
    forms.push(...(digits === undefined ? [] : [digits]), spanId, spanId.replace(/^0+/, ''))
  }
  return [...new Set(forms)]
}

function onlyBySpan(): Failure {
  return new Failure('cannot-do', 'Lightstep reads traces by span id, and this is a trace id', {
    hint: 'Give the id of any span of the trace (16 hex digits), its traceparent, or the URL of the trace in Lightstep.',
  })
}

function refused(answer: ApiAnswer): Failure {
  const said = errorText(answer)
  return new Failure('api-failed', `Lightstep answered with status ${answer.status}`, {
    ...(said !== '' && { detail: [said] }),
  })
}

function notFound(id: string, settings: LightstepSettings, answer: ApiAnswer | undefined): Failure {
  const said = answer ? errorText(answer) : ''
  const detail = said === '' ? [] : [said]
  if (/project/i.test(said) && !/\b(span|trace)s?\b/i.test(said)) return unknownProject(settings, detail)
  return new Failure('not-found', `no assembled trace holds span ${id}`, {
    hint: 'Lightstep keeps traces about 3 days and gives out only those it has assembled: open the span in its UI once, wait a minute, then try again.',
    detail,
  })
}

function unknownProject(settings: LightstepSettings, detail: readonly string[]): Failure {
  const where = `${safeText(settings.organization, 80)}/${safeText(settings.project, 80)}`
  return new Failure('not-found', `Lightstep does not know the project ${where}`, {
    hint: 'Check organization and project in the profile (ls-auth profile show); names are case-sensitive.',
    detail,
  })
}

/** `{"errors":["…"]}` or `{"message":"…"}`; anything else, plain text included, says nothing. */
function errorText(answer: ApiAnswer): string {
  try {
    const body = answer.json()
    if (!isObject(body)) return ''
    const first = Array.isArray(body.errors) ? (body.errors as unknown[])[0] : body.message
    return typeof first === 'string' ? safeText(first, 300) : ''
  } catch {
    return ''
  }
}

/** Only for the two known regions: behind a gateway the answer's own address still tells which. */
function pageOf(trace: Trace, settings: LightstepSettings): string | undefined {
  if (trace.selfLink === undefined || !URL.canParse(trace.selfLink)) return undefined
  const ui = UI_OF_API[new URL(trace.selfLink).host]
  const root = trace.spans.find((span) => span.parentId === undefined) ?? trace.spans[0]
  if (ui === undefined || !root) return undefined
  return `${ui}/${encodeURIComponent(settings.project)}/trace?span_guid=${root.spanId}`
}
