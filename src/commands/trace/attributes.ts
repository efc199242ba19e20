import { safeText } from '../../text/safe-text.ts'
import type { AttributeSample } from '../../trace/attribute-lists.ts'
import { splitScope } from '../../trace/conditions/attribute-scope.ts'
import type { ListFormat } from '../../trace/formats/output-choices.ts'
import { maskerUnder } from '../../trace/masking.ts'
import type { TimeRange } from '../../trace/series.ts'
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
  readonly format: ListFormat
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
    format: readFormat<ListFormat>(typed, 'list'),
    showSensitive: flags.showSensitive === true,
  }
}

async function run(invocation: Invocation, options: AttributesOptions): Promise<void> {
  const { name, range, file, format } = options
  const source = await openSource(invocation, 'attributes', file)
  if (name !== undefined) {
    const found = await source.attributeValues(name, range)
    return printRows(invocation, format, {
      rows: maskValues(invocation, found.name, found.values, options),
      toJson: ({ value, type }) => ({ value, type: type ?? null }),
      whole: (values) => ({ name: found.name, values }),
      line: ({ value }) => safeText(value),
    })
  }
  const names = await source.attributes(range)
  if (names.length === 0) tell(invocation, `${source.name} knows no attributes of spans in this time.`)
  await printRows(invocation, format, {
    rows: names,
    toJson: (one) => ({ name: one.name, scope: one.scope ?? null }),
    whole: (all) => ({ attributes: all }),
    line: (one) => safeText(one.name),
  })
}

/** Values of one attribute, masked as in a trace, without duplicates. */
function maskValues(
  invocation: Invocation,
  name: string,
  values: readonly AttributeSample[],
  { showSensitive }: AttributesOptions,
): readonly AttributeSample[] {
  if (showSensitive) return values
  const shown = maskedSamples(name, values)
  const known = new Set(values.map(({ value }) => value))
  if (shown.some(({ value }) => !known.has(value))) tellMasked(invocation, 'values')
  return shown
}

/** The values of an attribute as they are shown, each once: what looks like a secret or like personal data is masked. */
export function maskedSamples(name: string, values: readonly AttributeSample[]): readonly AttributeSample[] {
  const { bare } = splitScope(name)
  const mask = maskerUnder(bare)
  const shown = values.map((one) => ({ ...one, value: mask(one.value) }))
  return [...new Map(shown.map((one) => [one.value, one])).values()]
}
