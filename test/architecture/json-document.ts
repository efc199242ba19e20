import { readFileSync } from 'node:fs'

/** One member in docs/json.md. */
export interface Member {
  /** `findings[].values`; `*` is any name. */
  readonly path: string
  /** `string`, `number`, `boolean`, `null`, `object`, `array`, or `any`, below which nothing is told. */
  readonly types: readonly string[]
  readonly optional: boolean
}

/** A value of JSON with the path of the place where it stands. */
export type Seen = ReadonlyMap<string, ReadonlySet<string>>

/** The tables of docs/json.md by the words of their command; `Errors` is the one of errors. */
export function readJsonDocument(): { sections: ReadonlyMap<string, readonly Member[]>; without: string[] } {
  const text = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8')
  const [lead = '', ...parts] = text.split('\n## ')
  const sections = new Map<string, readonly Member[]>()
  for (const part of parts) {
    const heading = (part.split('\n', 1)[0] as string).replaceAll('`', '')
    const rows = [...part.matchAll(/^\| (`[^|]+`) \| ([a-z ,]+?) \|/gm)]
    const members = rows.flatMap(([, paths = '', type = '']) =>
      [...paths.matchAll(/`([^`]+)`/g)].map(([, path = '']) => ({
        path,
        types: type.replace(/, optional$/, '').split(' or '),
        optional: type.endsWith(', optional'),
      })),
    )
    sections.set(heading, [...members, ...impliedBy(members)])
  }
  const none = /^No JSON value: (.*)\. With/m.exec(lead)?.[1] ?? ''
  return { sections, without: [...none.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words) }
}

/** `a.b[].c` says that `a` is an object and `a.b` a list of objects, where they have no row of their own. */
function impliedBy(members: readonly Member[]): Member[] {
  const known = new Set(members.map(({ path }) => path))
  const parents = members.flatMap(({ path }) =>
    [...path.matchAll(/\.|\[\]/g)].map(({ 0: sign, index }) => [path.slice(0, index), sign] as const),
  )
  return [...new Map(parents)]
    .filter(([path]) => path !== '' && !known.has(path))
    .map(([path, sign]) => ({ path, types: [sign === '.' ? 'object' : 'array'], optional: false }))
}

/** What is wrong with a value by the document, in words; adds to `seen` what it holds. */
export function compare(
  value: unknown,
  members: readonly Member[],
  seen: Map<string, Set<string>>,
): string[] {
  const byPath = new Map(members.map((member) => [member.path, member]))
  const problems = new Set<string>()
  const walk = (at: string, one: unknown): void => {
    const type = one === null ? 'null' : Array.isArray(one) ? 'array' : typeof one
    if (at !== '') {
      const member = byPath.get(at)
      if (member === undefined) return void problems.add(`${at} (${type}) is not told of`)
      seen.set(at, (seen.get(at) ?? new Set()).add(type))
      if (member.types.includes('any')) return
      if (!member.types.includes(type)) problems.add(`${at} is ${type}, told as ${member.types.join(' or ')}`)
    }
    if (Array.isArray(one)) for (const item of one) walk(`${at}[]`, item)
    else if (type === 'object') below(at === '' ? '' : `${at}.`, one as Record<string, unknown>)
  }
  const below = (prefix: string, object: Record<string, unknown>): void => {
    const free = byPath.has(`${prefix}*`)
    for (const [name, inner] of Object.entries(object)) walk(prefix + (free ? '*' : name), inner)
    for (const { path, optional } of free ? [] : members) {
      const name = path.startsWith(prefix) ? path.slice(prefix.length) : ''
      if (!/^\w+$/.test(name) || optional || Object.hasOwn(object, name)) continue
      problems.add(`${path} is missing, and not told as optional`)
    }
  }
  walk('', value)
  return [...problems]
}

/** Members that are told of and that no run has shown, other than as null. */
export function neverSeen(members: readonly Member[], seen: Seen): string[] {
  return members
    .filter(({ path, types }) => {
      const found = seen.get(path)
      return found === undefined || (types.some((type) => type !== 'null') && [...found].join() === 'null')
    })
    .map(({ path }) => path)
}
