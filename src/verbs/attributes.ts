import type { CapableSource } from '../backends/capability.ts'
import { MASKED } from '../commands/trace/masked.ts'
import { openSource } from '../commands/trace/open-source.ts'
import { text } from '../frame/flag.ts'
import { ASKS_API, LIST_FORMATS, verb } from '../frame/verb.ts'
import {
  type AttributeName,
  type AttributeSample,
  type AttributeValues,
  isForQuery,
  splitScope,
  uniqueSamples,
} from '../trace/attributes.ts'
import { attributeText } from '../trace/formats/otlp/otlp-values.ts'
import { maskerUnder, maskValue } from '../trace/masking.ts'
import type { TimeRange } from '../trace/series.ts'
import { sensitiveFlag } from './flags.ts'
import { nameList, pattern } from './name-list.ts'
import { fileFlag, timeFlags, timeRange } from './search-flags.ts'

/** `ls-auth attributes [NAME]`: the names of span attributes, or the values of one. */
export const attributes = verb({
  args: '[name]',
  summary: 'list span attributes, or the values of one',
  ...ASKS_API,
  flags: {
    name: text('<name>', 'list the values of this attribute instead', { argument: 0 }),
    ...timeFlags,
    ...fileFlag,
    ...sensitiveFlag,
    pattern,
  },
  formats: LIST_FORMATS,
  examples: [
    { does: 'list all attributes', line: 'ls-auth attributes' },
    { does: 'list the values of one', line: 'ls-auth attributes http.route --since 1d' },
    { does: 'of a trace file', line: 'ls-auth attributes --file trace.json' },
  ],
  tools: [
    {
      name: 'get_attributes',
      title: 'List attributes, or the values of one',
      asks: 'attributes',
      description:
        'The names of span attributes, one per line; with name, the values of that attribute. Use them as attr in search_traces.',
      takes: ['name', 'pattern', 'since', 'from', 'to'],
    },
  ],
  async run(invocation, { name, file, showSensitive, pattern, ...times }, _, now) {
    const range = timeRange(times, invocation.options, now)
    const source = await openSource(invocation, 'attributes', file)
    const keeps = ['since', 'from', 'to']
    if (name === undefined) {
      const all = await source.attributes(range)
      const rows = all.filter((one) => pattern(one.name))
      return {
        data: {
          rows,
          row: (one: AttributeName) => ({ name: one.name, scope: one.scope ?? null }),
          whole: (attributes) => ({ attributes }),
        },
        ...nameList({
          noun: 'attribute',
          names: (audience) =>
            rows.map((one) =>
              audience === 'agent' && isForQuery(one) ? `${one.name}  (for query, not for attr)` : one.name,
            ),
          none:
            all.length > 0
              ? 'No name contains that text.'
              : `${source.name} has no span attributes in this time.`,
          next: (first) => [{ verb: 'attributes', args: [first], keeps }],
        }),
      }
    }
    const found = showSensitive
      ? { ...(await source.attributeValues(name, range, (_, value) => value)), isMasked: false }
      : await maskedValues(source, name, range)
    const rows = found.values.filter(({ value }) => pattern(value))
    const list = nameList({
      noun: 'value',
      // Text has no types.
      names: () => [...new Set(rows.map(({ value }) => value))],
      next: (value) =>
        isForQuery(found)
          ? []
          : [{ verb: 'trace search', flags: { attr: [`${found.name}=${value}`] }, keeps }],
    })
    return {
      data: {
        rows,
        row: ({ value, type }: AttributeSample) => ({ value, type: type ?? null }),
        whole: (values) => ({ name: found.name, values }),
      },
      ...list,
      notes: [found.isMasked ? MASKED : undefined],
    }
  },
})

/** Names of services are masked nowhere: `services` lists the same ones. */
const namesServices = (key: string): boolean => key === 'service.name'

/** The values of an attribute, each once of each type, masked as in a trace; and whether one of them is masked. */
async function maskedValues(
  source: Pick<CapableSource<'attributes'>, 'attributeValues'>,
  asked: string,
  range: TimeRange,
): Promise<AttributeValues & { readonly isMasked: boolean }> {
  let isMasked = false
  const { values, ...found } = await source.attributeValues(asked, range, (key, value) => {
    if (namesServices(key) && typeof value === 'string') return value
    const shown = maskValue(key, value)
    if (attributeText(shown) !== attributeText(value)) isMasked = true
    return shown
  })
  // The name `service` without any scope is Lightstep's own for it.
  const { name } = found
  if (namesServices(splitScope(name).bare) || name === 'service') return { ...found, values, isMasked }
  // Those of a back end are unchecked texts.
  const mask = maskerUnder(splitScope(name).bare)
  const shown = values.map((one) => ({ ...one, value: mask(one.value) }))
  if (shown.some(({ value }, i) => value !== values[i]?.value)) isMasked = true
  return { ...found, values: uniqueSamples(shown), isMasked }
}
