import { Failure } from '../../../errors.ts'
import { isObject } from '../../../json-object.ts'
import { safeText } from '../../../text/safe-text.ts'
import { shellWord } from '../../../text/shell-word.ts'
import { type AttributeName, type AttributeValues, byName, byValue } from '../../attribute-lists.ts'
import { SPAN_KIND, splitScope } from '../../attribute-scope.ts'
import { textOrNumber } from '../../formats/foreign-json.ts'
import type { TimeRange } from '../../series.ts'
import type { ApiAnswer, Send } from '../trace-source.ts'
import { listInAnswer } from '../traces-in-answer.ts'
import { errorDetail, noSuchPath, plainText, startAndEnd } from './tempo-reader.ts'
import { attributeField, quotedName } from './traceql.ts'

/** Scopes of TraceQL that hold its own fields (`trace:duration`), or look at another span (`parent.x`). */
const MORE_SCOPES = /^((span|resource|event|link|instrumentation|trace|parent):|(trace|parent)\.)/
/** Intrinsic fields of TraceQL, which stand without a dot (docs: traceql, intrinsic fields). */
const INTRINSICS = new Set([
  ...['duration', 'kind', 'name', 'rootName', 'rootServiceName', 'status', 'statusMessage', 'traceDuration'],
])

/** `GET /api/v2/search/tags`; v1 gives the names without their scopes. */
export async function tempoAttributes(range: TimeRange, ask: Send): Promise<AttributeName[]> {
  const query = startAndEnd(range.fromMillis, range.toMillis)
  const v2 = await ask({ path: '/api/v2/search/tags', query })
  if (v2.status !== 404) {
    const scopes = listInAnswer(v2.json(), ['scopes'], 'Tempo').filter(isObject)
    return byName(scopes.flatMap((scope) => namesOf(textOrNumber(scope.name) ?? '', scope.tags)))
  }
  const v1 = await ask({ path: '/api/search/tags', query })
  if (v1.status === 404) throw noSuchPath('does not list attributes')
  const names = listInAnswer(v1.json(), ['tagNames'], 'Tempo')
  return byName(names.filter((name) => typeof name === 'string').map(named))
}

const named = (name: string): AttributeName => ({ name: traceqlName(name), ...scopeOf(name) })

const scopeOf = (name: string) => (isIntrinsic(name) ? { scope: 'intrinsic' } : {})

function namesOf(scope: string, tags: unknown): AttributeName[] {
  const names = Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string') : []
  return names.map((name) => ({
    name: scope === 'intrinsic' || scope === '' ? name : `${scope}.${quotedName(name)}`,
    scope,
  }))
}

/** `GET /api/v2/search/tag/…/values`, with the types; v1 wants the name without its scope. */
export async function tempoValues(asked: string, range: TimeRange, ask: Send): Promise<AttributeValues> {
  const name = traceqlName(asked)
  const values = byValue(await values2or1(name, startAndEnd(range.fromMillis, range.toMillis), ask))
  if (values.length > 0) return { name, values, ...scopeOf(name) }
  if (isIntrinsic(name)) throw noneListed(name)
  throw new Failure('not-found', `no span has the attribute ${safeText(asked, 80)} in this time`, {
    hint: 'See ls-auth attributes for the names, or look further back with --since.',
  })
}

/** All spans have these fields, but Tempo lists values of some of them only: those that are no words have too many. */
function noneListed(name: string): Failure {
  const hint = /^([a-z]+:)?(traceD|d)uration$/.test(name)
    ? `Search by it: ls-auth trace search --query '{ ${name} > 100ms }'`
    : 'Look further back with --since.'
  return new Failure('not-found', `Tempo lists no values of its field ${safeText(name, 80)} in this time`, {
    hint,
  })
}

/** Names of services; without a time range Tempo looks at what its ingesters hold only, about the last minutes. */
export async function tempoServices(ask: Send, range?: TimeRange): Promise<string[]> {
  const query = range === undefined ? {} : startAndEnd(range.fromMillis, range.toMillis)
  const values = await values2or1('resource.service.name', query, ask)
  return [...new Set(values.map(({ value }) => value))].sort()
}

async function values2or1(name: string, query: Readonly<Record<string, string>>, ask: Send) {
  const path = (tag: string) => `/search/tag/${encodeURIComponent(tag)}/values`
  const [slash] = SLASH.exec(name) ?? []
  // Also a 404 that is a web page, as Apache's.
  const refusals = slash === undefined ? [] : [404]
  const v2 = await ask({ path: `/api/v2${path(name)}`, query, answers: [400, ...refusals] })
  if (slash !== undefined && v2.status === 400 && !OF_NAMES.test(plainText(v2))) {
    throw refusedPath(name, slash, v2)
  }
  if (v2.status === 400) {
    throw new Failure('usage', `Tempo does not take "${safeText(name, 80)}" as an attribute`, {
      hint: [v2.tokenHint, 'See: ls-auth attributes'].filter(Boolean).join(' '),
      detail: errorDetail(v2),
    })
  }
  const v1 =
    v2.status === 404 ? await ask({ path: `/api${path(bareName(name))}`, query, answers: refusals }) : v2
  if (v1.status === 404 && slash !== undefined) throw refusedPath(name, slash, v1)
  if (v1.status === 404) throw noSuchPath('does not list the values of attributes')
  return listInAnswer(v1.json(), ['tagValues'], 'Tempo').flatMap((item) => {
    const value = textOrNumber(isObject(item) ? item.value : item)
    const type = isObject(item) ? textOrNumber(item.type) : undefined
    return value === undefined ? [] : [{ value, ...(type !== undefined && { type }) }]
  })
}

/** What is encoded within a path (`%2F`), and refused there by many servers: they could read another path out of it. */
const SLASH = /[/\\]/
/** In Tempo's own words about a name that it cannot read. */
const OF_NAMES = /\b(tag ?name|identifier|attribute)\b/i

/** Tempo itself takes such a path since 2026 (grafana/tempo#6212). The answer does not tell who refused it. */
function refusedPath(name: string, slash: string, answer: ApiAnswer): Failure {
  const shown = safeText(name, 80)
  return new Failure(
    'cannot-do',
    `the values of ${shown} cannot be listed: a path with its ${slash} was refused (HTTP ${answer.status})`,
    {
      hint: `A gateway, proxy or older Tempo rejects that path. Ask whoever runs them, or search by a value: ls-auth trace search --attr ${shellWord(`${name}=VALUE`)}`,
      detail: errorDetail(answer),
    },
  )
}

const isIntrinsic = (name: string): boolean => INTRINSICS.has(name) || /^[a-z]+:/.test(name)

/** A name as TraceQL writes it: with a scope, as an intrinsic, or with a dot, which looks in spans and resources. */
function traceqlName(name: string): string {
  if (name === SPAN_KIND) return 'kind'
  return MORE_SCOPES.test(name) || INTRINSICS.has(name) ? name : attributeField(name)
}

const bareName = (name: string): string => splitScope(name.replace(MORE_SCOPES, '')).bare
