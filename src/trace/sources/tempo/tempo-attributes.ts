import { Failure } from '../../../errors.ts'
import { isObject } from '../../../json-object.ts'
import { safeText } from '../../../text/safe-text.ts'
import { type AttributeName, type AttributeValues, byName, byValue } from '../../attribute-lists.ts'
import { SPAN_KIND } from '../../attribute-scope.ts'
import { textOrNumber } from '../../formats/foreign-json.ts'
import type { TimeRange } from '../../series.ts'
import type { Send } from '../trace-source.ts'
import { listInAnswer } from '../traces-in-answer.ts'
import { errorDetail, noSuchPath, startAndEnd } from './tempo-reader.ts'
import { attributeField, quotedName } from './traceql.ts'

/** Scopes of TraceQL that hold its own fields (`trace:duration`), or look at another span (`parent.x`). */
const MORE_SCOPES = /^((span|resource|event|link|instrumentation|trace|parent):|(trace|parent)\.)/
/** Intrinsic fields of TraceQL, which stand without a dot (docs: traceql, intrinsic fields). */
const INTRINSICS = new Set([
  ...['duration', 'kind', 'name', 'rootName', 'rootServiceName', 'status', 'statusMessage', 'traceDuration'],
])

/** `GET /api/v2/search/tags`. */
export async function tempoAttributes(range: TimeRange, ask: Send): Promise<AttributeName[]> {
  const query = startAndEnd(range.fromMillis, range.toMillis)
  const answer = await ask({ path: '/api/v2/search/tags', query })
  if (answer.status === 404) throw noSuchPath('does not list attributes')
  const scopes = listInAnswer(answer.json(), ['scopes'], 'Tempo').filter(isObject)
  return byName(scopes.flatMap((scope) => namesOf(textOrNumber(scope.name) ?? '', scope.tags)))
}

const scopeOf = (name: string) =>
  INTRINSICS.has(name) || /^[a-z]+:/.test(name) ? { scope: 'intrinsic' } : {}

function namesOf(scope: string, tags: unknown): AttributeName[] {
  const names = Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string') : []
  return names.map((name) => ({
    name: scope === 'intrinsic' || scope === '' ? name : `${scope}.${quotedName(name)}`,
    scope,
  }))
}

/** `GET /api/v2/search/tag/…/values`, with the types. */
export async function tempoValues(asked: string, range: TimeRange, ask: Send): Promise<AttributeValues> {
  const name = traceqlName(asked)
  const values = byValue(await valuesOf(name, startAndEnd(range.fromMillis, range.toMillis), ask))
  if (values.length > 0) return { name, values, ...scopeOf(name) }
  throw new Failure('not-found', `Tempo lists no values of ${safeText(asked, 80)} in this time`, {
    hint: 'See ls-auth attributes for the names, or look further back with --since.',
  })
}

/** Names of services; without a time range Tempo looks at what its ingesters hold only, about the last minutes. */
export async function tempoServices(ask: Send, range?: TimeRange): Promise<string[]> {
  const query = range === undefined ? {} : startAndEnd(range.fromMillis, range.toMillis)
  const values = await valuesOf('resource.service.name', query, ask)
  return [...new Set(values.map(({ value }) => value))].sort()
}

/** A slash in a name is encoded within the path (`%2F`), which many gateways and Tempo before 2026 refuse (grafana/tempo#6212). */
async function valuesOf(name: string, query: Readonly<Record<string, string>>, ask: Send) {
  const path = `/api/v2/search/tag/${encodeURIComponent(name)}/values`
  const answer = await ask({ path, query, answers: /[/\\]/.test(name) ? [400, 404] : [400] })
  if (answer.status !== 200) {
    throw new Failure('usage', `Tempo does not take "${safeText(name, 80)}" as an attribute`, {
      hint: [answer.tokenHint, 'See: ls-auth attributes'].filter(Boolean).join(' '),
      detail: errorDetail(answer),
    })
  }
  return listInAnswer(answer.json(), ['tagValues'], 'Tempo').flatMap((item) => {
    const value = textOrNumber(isObject(item) ? item.value : item)
    const type = isObject(item) ? textOrNumber(item.type) : undefined
    return value === undefined ? [] : [{ value, ...(type !== undefined && { type }) }]
  })
}

/** A name as TraceQL writes it: with a scope, as an intrinsic, or with a dot, which looks in spans and resources. */
function traceqlName(name: string): string {
  if (name === SPAN_KIND) return 'kind'
  return MORE_SCOPES.test(name) || INTRINSICS.has(name) ? name : attributeField(name)
}
