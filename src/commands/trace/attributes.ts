import { safeText } from '../../text/safe-text.ts'
import { type AttributeValues, uniqueSamples } from '../../trace/attribute-lists.ts'
import { splitScope } from '../../trace/conditions/attribute-scope.ts'
import type { AgentListFormat } from '../../trace/formats/output-choices.ts'
import { attributeText } from '../../trace/formats/own/attributes-json.ts'
import { maskerUnder, maskValue } from '../../trace/masking.ts'
import type { TimeRange } from '../../trace/series.ts'
import type { CapableSource } from '../../trace/sources/capabilities.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import { type Invocation, tell } from '../invocation.ts'
import { openSource } from './open-source.ts'
import { printRows, readFormat, tellMasked } from './print-rows.ts'
import { ALWAYS, namesTimes, readTimes } from './time-range.ts'

interface AttributesOptions {
  /** Print the values of this attribute; undefined: the names of all attributes. */
  readonly name: string | undefined
  readonly range: TimeRange
  /** Instead of the profile's back end. */
  readonly file: string | undefined
  readonly format: AgentListFormat
  readonly showSensitive: boolean
}

/** `ls-auth attributes [NAME]`: the names of span attributes, or the values of one; one in a line. */
export const attributes: CliCommand<AttributesOptions> = { read, run }

function read(typed: Typed): AttributesOptions {
  const { args, flags, now } = typed
  return {
    name: args[0],
    range: flags.file !== undefined && !namesTimes(flags) ? ALWAYS : readTimes(flags, now),
    file: flags.file as string | undefined,
    format: readFormat<AgentListFormat>(typed, 'list'),
    showSensitive: flags.showSensitive === true,
  }
}

async function run(invocation: Invocation, options: AttributesOptions): Promise<void> {
  const { name, range, file, format } = options
  const { terminal } = invocation.ports
  const source = await openSource(invocation, 'attributes', file)
  if (name !== undefined) {
    const found = options.showSensitive
      ? { ...(await source.attributeValues(name, range, (_, value) => value)), isMasked: false }
      : await maskedValues(source, name, range)
    if (found.isMasked) tellMasked(invocation, 'values')
    // A person sees no types, and an agent neither.
    const isText = format === 'list' || format === 'agent'
    const rows = isText ? ofAnyType(found.values) : found.values
    if (format === 'agent')
      return terminal.out((await forAgent()).valuesForAgent({ ...found, values: rows }, file))
    return printRows(invocation, format, {
      rows,
      toJson: ({ value, type }) => ({ value, type: type ?? null }),
      whole: (values) => ({ name: found.name, values }),
      line: ({ value }) => safeText(value),
    })
  }
  const names = await source.attributes(range)
  if (format === 'agent') return terminal.out((await forAgent()).attributesForAgent(names, file))
  if (names.length === 0) tell(invocation, `${source.name} knows no attributes of spans in this time.`)
  await printRows(invocation, format, {
    rows: names,
    toJson: (one) => ({ name: one.name, scope: one.scope ?? null }),
    whole: (all) => ({ attributes: all }),
    line: (one) => safeText(one.name),
  })
}

const forAgent = () => import('./for-agent/names-text.ts')

/** Each value once, whatever types it has. */
export const ofAnyType = (values: AttributeValues['values']): AttributeValues['values'] => [
  ...new Map(values.map((one) => [one.value, one])).values(),
]

/** Names of services are masked nowhere: `services` lists the same ones. */
const namesServices = (key: string): boolean => key === 'service.name'

/** The values of an attribute, each once of each type, masked as in a trace; and whether one of them is masked. */
export async function maskedValues(
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
  // Those of a back end are texts that nobody has looked at.
  const mask = maskerUnder(splitScope(name).bare)
  const shown = values.map((one) => ({ ...one, value: mask(one.value) }))
  if (shown.some(({ value }, i) => value !== values[i]?.value)) isMasked = true
  return { ...found, values: uniqueSamples(shown), isMasked }
}
