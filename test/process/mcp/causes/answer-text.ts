/** An answer, read: what the tool says itself, and the lines of its data blocks. */
export interface ReadAnswer {
  readonly says: string
  readonly data: readonly string[]
}

/** Tells data from what the tool says: a block begins and ends with a line of its own. */
export function readAnswer(text: string): ReadAnswer {
  const said: string[] = []
  const data: string[] = []
  let inBlock = false
  for (const line of text.split('\n')) {
    if (/^<\/?[\w-]+>$/.test(line)) inBlock = !line.startsWith('</')
    else (inBlock ? data : said).push(line)
  }
  return { says: said.join('\n'), data }
}

/** An operation of a service. */
export interface Operation {
  readonly service: string
  readonly operation: string
}

/** A row of a list of traces. */
export interface Row extends Operation {
  readonly id: string
  readonly milliseconds: number
}

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1_000, m: 60_000 }

/** `ID  907ms  …  service: operation`: columns are two blanks apart. */
export function rowsOf(data: readonly string[]): Row[] {
  return data.flatMap((line) => {
    const [id = '', took = '', ...rest] = columnsOf(line)
    const [, number, unit = ''] = /^([\d.]+)(us|ms|s|m)$/.exec(took) ?? []
    const [, service, operation] = /^(.*?): (.*)$/.exec(rest.at(-1) ?? '') ?? []
    if (!/^[0-9a-f]{16,32}$/.test(id) || service === undefined || operation === undefined) return []
    return [{ id, milliseconds: Number(number) * (UNITS[unit] ?? Number.NaN), service, operation }]
  })
}

/** The first operation in the list below a heading: a figure or a word in capitals, then name and service in columns. */
export function firstBelow(heading: RegExp, data: readonly string[]): Operation | undefined {
  const at = data.findIndex((line) => heading.test(line))
  const [, name, service] =
    /^ +(?:[A-Z]+|[+-][\d.]+\w+) +(?:\d+ times )?(.*?) {2,}(\S+)/.exec(data[at + 1] ?? '') ?? []
  return at < 0 || name === undefined || service === undefined ? undefined : { service, operation: name }
}

/** Names of attributes that say how something failed, and not why. */
const SYMPTOM = /error|exception|status|message/i

/** The first `attribute = value` of a table with these columns, where the answer says that it is no chance. */
export function firstValue({ says, data }: ReadAnswer): string | undefined {
  if (!/by more than chance|counting spans, not traces/.test(says)) return undefined
  const head = data.findIndex((line) => /^ATTRIBUTE +VALUE /.test(line))
  const rows = data.slice(head + 1).map(columnsOf)
  const [attribute, value] =
    rows.find(([name = '', , share = '']) => /%$/.test(share) && !SYMPTOM.test(name)) ?? []
  return value && `${attribute} = ${value}`
}

const columnsOf = (line: string): string[] => line.split(/ {2,}/)
