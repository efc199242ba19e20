import { Failure } from '../errors.ts'
import { safeText } from '../text/safe-text.ts'

/** One `-f` or `-F`, in the order of the command line. */
export interface Field {
  /** `a`, or the steps of `a[b][]`; an empty step stands for the end of a list. */
  readonly path: readonly string[]
  /** Text, or a file whose content is the value. */
  readonly value: JsonScalar | { readonly file: string }
}

export type JsonScalar = string | number | boolean | null

/** Reads `key=value` as text (`-f`). Failure `usage`. */
export function textField(typed: string): Field {
  const { path, text } = split(typed, '-f')
  return { path, value: text }
}

/**
 * Reads `key=value` as `gh api -F` does: `true`, `false`, `null` and whole numbers become JSON values of that kind,
 * `@file` the content of a file, `@-` that of standard input; anything else is text. Failure `usage`.
 */
export function typedField(typed: string): Field {
  const { path, text } = split(typed, '-F')
  if (text.startsWith('@')) return { path, value: { file: text.slice(1) } }
  if (text === 'null') return { path, value: null }
  if (text === 'true' || text === 'false') return { path, value: text === 'true' }
  const number = /^-?\d{1,15}$/.test(text) ? Number(text) : undefined
  return { path, value: number ?? text }
}

function split(typed: string, flag: string): { path: string[]; text: string } {
  const [, key = '', text = ''] = /^([^=]*)=([\s\S]*)$/.exec(typed) ?? []
  const [, first = '', rest = ''] = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(key) ?? []
  if (first === '') {
    throw new Failure('usage', `${flag}: "${safeText(typed, 40)}" is not key=value`, {
      hint: `Write it like ${flag} limit=20, or ${flag} 'filter[name]=checkout'.`,
    })
  }
  return { path: [first, ...[...rest.matchAll(/\[([^[\]]*)\]/g)].map(([, step = '']) => step)], text }
}

type Tree = Map<string, Tree | JsonScalar | (Tree | JsonScalar)[]>

/** The fields as one JSON object. Failure `usage` where one key is given twice, or as two kinds of value. */
export function fieldsToJson(fields: readonly { path: readonly string[]; value: JsonScalar }[]): string {
  const root: Tree = new Map()
  for (const { path, value } of fields) put(root, path, value, spelled(path))
  return JSON.stringify(plain(root))
}

/** `whole`: the typed key. */
function put(tree: Tree, [key = '', ...rest]: readonly string[], value: JsonScalar, whole: string): void {
  const held = tree.get(key)
  if (rest.length === 0) {
    if (held !== undefined) throw typeof held === 'object' && held !== null ? twoKinds(key) : twice(whole)
    tree.set(key, value)
  } else if (rest[0] === '') {
    if (rest.length > 1) throw twoKinds(key)
    if (held !== undefined && !Array.isArray(held)) throw twoKinds(key)
    tree.set(key, [...(held ?? []), value])
  } else {
    if (held !== undefined && !(held instanceof Map)) throw twoKinds(key)
    const below: Tree = held ?? new Map()
    tree.set(key, below)
    put(below, rest, value, whole)
  }
}

/** JSON has one value for a key, so the first one would be lost. */
const twice = (key: string): Failure =>
  new Failure('usage', `the field ${safeText(key, 40)} is given twice`, {
    hint: "A list is -f 'key[]=…' -f 'key[]=…'. For more give the whole body: --input FILE",
  })

const twoKinds = (key: string): Failure =>
  new Failure('usage', `the field ${safeText(key, 40)} has two kinds of value`, {
    hint: 'A key is a value, a list (key[]=…) or an object (key[name]=…). For more give the whole body: --input FILE',
  })

function plain(value: Tree | JsonScalar | readonly (Tree | JsonScalar)[]): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, below]) => [key, plain(below)]))
  return Array.isArray(value) ? value.map((one) => plain(one)) : value
}

/** The fields of a query: text, lists repeated. */
export function fieldsToQuery(
  fields: readonly { path: readonly string[]; value: JsonScalar }[],
): [string, string][] {
  return fields.map(({ path, value }) => [spelled(path), value === null ? '' : String(value)])
}

const spelled = ([first = '', ...rest]: readonly string[]): string =>
  first + rest.map((step) => `[${step}]`).join('')
