import { Failure } from '../errors.ts'
import { isObject } from '../json-object.ts'
import { safeText } from '../text/safe-text.ts'

/** `--json=FIELDS` as two flags that the parser knows, and `--json a,b` too; only up to two dashes alone. */
export function splitJsonFields(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  const own = end < 0 ? argv : argv.slice(0, end)
  const split = own.flatMap((word, i) => {
    if (word.startsWith('--json=')) return ['--json', `--json-fields=${word.slice('--json='.length)}`]
    return LIST.test(word) && own[i - 1] === '--json' ? [`--json-fields=${word}`] : [word]
  })
  return end < 0 ? split : [...split, ...argv.slice(end)]
}

const LIST = /^[\w.]+(,[\w.]+)+$/

/** Nothing is known of the items of an empty list. */
type Names = readonly string[] | undefined

/**
 * The text of `--json=FIELDS`: of a list one object a line, else one object; the fields in the order typed, nested ones with their
 * nesting. `?`: the names, one a line. Failure `usage`: there is no such field; it lists those there are.
 */
export function jsonFields(
  value: unknown,
  fields: string,
  write: (value: unknown, indent?: number) => string,
): string {
  const items = Array.isArray(value) ? (value as unknown[]) : undefined
  const list = items ?? listIn(value)
  const known: Names = items ? namesOf(items) : [...(namesOf([value]) ?? []), ...(namesOf(list ?? []) ?? [])]
  if (fields.trim() === '?') return (known ?? []).map((name) => `${name}\n`).join('')
  const paths = fields.split(',').map((field) => field.trim())
  const isOf = (all: readonly unknown[], path: string) =>
    all.some((one) => at(one, path.split('.')) !== undefined)
  if (items === undefined && paths.every((path) => isOf([value], path)))
    return `${write(picked(value, paths), 2)}\n`
  const unknown = paths.find((path) => path === '' || !isOf(list ?? [], path))
  if (list?.length === 0) return ''
  if (unknown === undefined) return (list ?? []).map((one) => `${write(picked(one, paths))}\n`).join('')
  throw new Failure('usage', `there is no field "${safeText(unknown, 60)}"`, {
    hint: `Fields: ${(known ?? []).map((name) => safeText(name, 60)).join(', ')}`,
  })
}

/** The list of objects that an answer is about, such as `traces`, `rows` or `spans`. */
function listIn(value: unknown): readonly unknown[] | undefined {
  const lists = isObject(value) ? Object.entries(value).filter(([, one]) => Array.isArray(one)) : []
  const [main] = [...lists.filter(([name]) => name !== 'notes'), ...lists]
  return main?.[1] as readonly unknown[] | undefined
}

/** Names of members, those of objects within them with a dot. */
function namesOf(items: readonly unknown[]): Names {
  if (items.length === 0) return undefined
  const names = items
    .filter(isObject)
    .flatMap((item) =>
      Object.entries(item).flatMap(([name, one]) => [
        name,
        ...(isObject(one) ? Object.keys(one).map((inner) => `${name}.${inner}`) : []),
      ]),
    )
  return [...new Set(names)]
}

/** The value at a path; of a list those of its items. Undefined: there is none. A name may hold dots: the whole rest is tried first. */
function at(value: unknown, path: readonly string[]): unknown {
  const [name = '', ...rest] = path
  if (Array.isArray(value)) {
    const found = value.map((one) => at(one, path))
    return found.every((one) => one === undefined) ? undefined : found
  }
  if (!isObject(value)) return undefined
  const whole = path.join('.')
  if (Object.hasOwn(value, whole)) return value[whole]
  return rest.length === 0 || !Object.hasOwn(value, name) ? undefined : at(value[name], rest)
}

function picked(value: unknown, paths: readonly string[]): unknown {
  return paths.reduce<unknown>((all, path) => merged(all, nested(value, path.split('.'))), {})
}

/** Only this path of a value, with its nesting; a member that is not there is null. */
function nested(value: unknown, path: readonly string[]): unknown {
  const [name = '', ...rest] = path
  if (Array.isArray(value)) return value.map((one) => nested(one, path))
  if (!isObject(value)) return null
  const whole = path.join('.')
  if (rest.length === 0 || Object.hasOwn(value, whole)) return { [whole]: value[whole] ?? null }
  return { [name]: nested(value[name], rest) }
}

function merged(a: unknown, b: unknown): unknown {
  if (Array.isArray(a) && Array.isArray(b)) return a.map((one, i) => merged(one, b[i]))
  if (!isObject(a) || !isObject(b)) return b
  const both = Object.entries(b).map(([name, value]) => [
    name,
    Object.hasOwn(a, name) ? merged(a[name], value) : value,
  ])
  return { ...a, ...Object.fromEntries(both) }
}
