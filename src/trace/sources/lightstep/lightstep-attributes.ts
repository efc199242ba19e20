import { Failure } from '../../../errors.ts'
import { isObject, type JsonObject } from '../../../json-object.ts'
import { safeText } from '../../../text/safe-text.ts'
import {
  type AttributeName,
  type AttributeSample,
  type AttributeValues,
  byName,
  byValue,
} from '../../attribute-lists.ts'
import { textOrNumber } from '../../formats/foreign-json.ts'
import type { TimeRange } from '../../series.ts'
import { type LightstepProject, oldestAndYoungest, unexpected, unknownProject } from './lightstep-api.ts'
import { lightstepName } from './lightstep-syntax.ts'

/** `POST …/telemetry/attributes` for the keys of spans. */
export async function lightstepAttributes(
  range: TimeRange,
  project: LightstepProject,
): Promise<AttributeName[]> {
  return byName(Object.keys(await askTelemetry(project, range, ['keys'], [])).map((name) => ({ name })))
}

/** The same for the values of one key: as it is asked for, else without where to look for it. */
export async function lightstepValues(
  name: string,
  range: TimeRange,
  project: LightstepProject,
): Promise<AttributeValues> {
  const keys = [...new Set([name, lightstepName(name)])]
  const found = await askTelemetry(project, range, ['values'], keys)
  const list = keys.map((key) => found[key]).find((one): one is unknown[] => Array.isArray(one)) ?? []
  const values = byValue(list.filter(isObject).flatMap(readSample))
  if (values.length > 0) return { name, values }
  throw new Failure('not-found', `nothing carried the attribute ${safeText(name, 80)} in this time`, {
    hint: 'See ls-auth attributes for the names, or look further back with --since.',
  })
}

function readSample({ value, type }: JsonObject): AttributeSample[] {
  const text = textOrNumber(value)
  const kind = textOrNumber(type)
  return text === undefined ? [] : [{ value: text, ...(kind !== undefined && { type: kind }) }]
}

/** `{"data": {"<key>": [{"type":"string","value":"…","telemetry_type":"SPANS"}]}}`. */
async function askTelemetry(
  project: LightstepProject,
  range: TimeRange,
  kinds: readonly string[],
  keys: readonly string[],
): Promise<JsonObject> {
  const answer = await project.post('telemetry/attributes', {
    'attribute-types': kinds,
    'telemetry-types': ['spans'],
    ...oldestAndYoungest(range),
    ...(keys.length > 0 && { 'scope-to-attribute-keys': keys }),
  })
  if (answer.status === 404) throw unknownProject(project.settings, answer)
  const body = answer.json()
  if (!isObject(body) || !isObject(body.data ?? {})) throw unexpected(answer)
  return (body.data ?? {}) as JsonObject
}
