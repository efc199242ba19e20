import { safeJson, safeText } from '../../safe-text.ts'
import { splitScope } from '../../trace/attribute-scope.ts'
import type { AttributeName, AttributeSample } from '../../trace/attributes.ts'
import { MASKED, maskText } from '../../trace/masking.ts'
import { isSensitive } from '../../trace/sensitive-keys.ts'
import { globals, type Invocation, printJson, tell } from '../invocation.ts'
import { openSource } from './open-source.ts'
import { readTimes } from './time-range.ts'

/** `ls-auth attributes [NAME]`: the attributes spans carry, or the values of one; one a line. */
export async function attributes(invocation: Invocation): Promise<void> {
  const { args, options, ports } = invocation
  const [name] = args
  const range = readTimes(options, ports.clock.now())
  const backend = await openSource(invocation, 'attributes', invocation.options.file as string | undefined)
  if (name !== undefined) {
    const found = await backend.attributeValues(name, range)
    return writeValues(invocation, found.name, mask(invocation, found.name, found.values))
  }
  const names = await backend.attributes(range)
  if (names.length === 0) tell(invocation, `${backend.name} knows no attributes of spans in this time.`)
  await write(
    invocation,
    names.map(nameJson),
    ({ name }) => name,
    (all) => ({ attributes: all }),
  )
}

const nameJson = ({ name, scope }: AttributeName) => ({ name, scope: scope ?? null })

function writeValues(
  invocation: Invocation,
  name: string,
  values: readonly AttributeSample[],
): Promise<void> {
  const rows = values.map(({ value, type }) => ({ value, type: type ?? null }))
  return write(
    invocation,
    rows,
    ({ value }) => value,
    (all) => ({ name, values: all }),
  )
}

/** Values of one attribute, masked as they would be in a trace. */
function mask(
  invocation: Invocation,
  name: string,
  values: readonly AttributeSample[],
): readonly AttributeSample[] {
  if (invocation.options.showSensitive === true) return values
  const hidden = isSensitive(splitScope(name).bare)
  const shown = values.map((one) => ({ ...one, value: hidden ? MASKED : maskText(one.value) }))
  if (shown.some(({ value }, i) => value !== values[i]?.value)) {
    tell(
      invocation,
      'note: values that look like secrets or personal data are masked; --show-sensitive shows them',
    )
  }
  return [...new Map(shown.map((one) => [one.value, one])).values()]
}

async function write<Row>(
  invocation: Invocation,
  rows: readonly Row[],
  line: (row: Row) => string,
  whole: (rows: readonly Row[]) => unknown,
): Promise<void> {
  const { terminal } = invocation.ports
  const { output } = invocation.options
  if (output === 'ndjson') return terminal.out(rows.map((row) => `${safeJson(row)}\n`).join(''))
  if (globals(invocation).json || output === 'json') return printJson(invocation, whole(rows))
  await terminal.out(rows.map((row) => `${safeText(line(row))}\n`).join(''))
}
