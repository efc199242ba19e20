import document from '../../docs/json.md'
import { Failure } from '../errors.ts'
import { isObject } from '../json-object.ts'
import type { Ports } from '../ports/ports.ts'
import type { Terminal } from '../ports/terminal.ts'
import { safeJson, safeJsonText, safeLines, safeText } from '../text/safe-text.ts'
import type { TypedLine } from './command-line.ts'

/** What `--json=FIELDS` picks, by the table of docs/json.md: from the whole value, or from each item of a list. */
interface Picked {
  /** Behind so many `known` names a path ends with one free name, dots and all: `attributes.http.route`. */
  readonly paths: readonly { readonly path: string; readonly known: number }[]
  /** The member that is the list, empty: the value itself; undefined: one object is picked. */
  readonly list: string | undefined
}

type Line = Pick<TypedLine, 'command' | 'args' | 'options'>

/**
 * Checks `--json=FIELDS` and `--jq` before anything is asked. Gives the answer to `--json=?`: the names, one a line. Failure `usage`,
 * also where the argument of `usage` is missing, which the parser has not looked at.
 */
export async function checkChoice(line: Line, usage: string): Promise<string | undefined> {
  const { jq, jsonFields } = line.options
  if (typeof jq === 'string') {
    if (jsonFields !== undefined) {
      throw new Failure('usage', '--json=FIELDS and --jq both choose', { hint: 'Give one of them.' })
    }
    membersOf(line)
    await checkJq(jq)
    return undefined
  }
  const asked = pick(line)
  if (Array.isArray(asked)) return asked.map((name) => `${name}\n`).join('')
  const [, needed] = /<(.*)>/.exec(usage) ?? []
  if (needed === undefined || line.args.length > 0) return undefined
  throw new Failure('usage', `missing required argument '${needed}'`)
}

/** Prints what `--jq` or `--json=FIELDS` choose of a value. `isItem`: the value is one item of the list. */
export async function printChoice(
  line: Line & { readonly ports: Pick<Ports, 'terminal'> },
  value: unknown,
  isItem: boolean,
): Promise<void> {
  const { terminal } = line.ports
  if (typeof line.options.jq === 'string') return printJq(terminal, line.options.jq, safeJson(value))
  await terminal.out(jsonFields(value, line, isItem))
}

/**
 * The text of `--json=FIELDS`: of a list one object a line, else one object; the fields in the order typed, nested ones with their
 * nesting.
 */
function jsonFields(value: unknown, line: Line, isItem: boolean): string {
  const { paths, list } = pick(line) as Picked
  if (list === undefined && !isItem) return `${safeJson(picked(value, paths), 2)}\n`
  const items = isItem ? [value] : list === '' || list === undefined ? value : (value as never)[list]
  return (items as unknown[]).map((one) => `${safeJson(picked(one, paths))}\n`).join('')
}

/**
 * The picked members of `--json=FIELDS`; of `?` the names. Failure `usage`: no JSON, or an unknown field; it lists the known
 * ones.
 */
function pick(line: Line): Picked | readonly string[] {
  const members = membersOf(line)
  const list = /^(\w*)\[\]\.(?<!^notes\[\]\.)/m.exec(members.join('\n'))?.[1]
  const items = members.filter((path) => list !== undefined && path.startsWith(`${list}[].`))
  const inList = items.map((path) => path.slice(`${list}[].`.length))
  const shown = [...members.filter((path) => !items.includes(path)), ...inList]
  const names = shown.map((path) => path.replaceAll('[]', '').replaceAll('*', 'NAME')).filter(Boolean)
  const fields = String(line.options.jsonFields)
  if (fields.trim() === '?') return [...new Set(names)]
  const paths = fields.split(',').map((field) => field.trim())
  const isOf = (all: readonly string[]) => (path: string) => all.some((one) => matches(one, path))
  if (list !== '' && paths.every(isOf(members))) return { paths: withKnown(paths, members), list: undefined }
  if (list !== undefined && paths.every(isOf(inList))) return { paths: withKnown(paths, inList), list }
  const unknown = paths.find((path) => !isOf([...members, ...inList])(path))
  const [other] = paths.filter((path) => !isOf(inList)(path))
  const inWhich = unknown === undefined ? ` in ${list}` : ''
  throw new Failure('usage', `there is no field "${safeText(unknown ?? other ?? '', 60)}"${inWhich}`, {
    hint: `Fields: ${[...new Set(names)].join(', ')}`,
  })
}

/** Whether a typed path is this member of the table: `spans[].attributes.*` is any attribute. */
const matches = (member: string, path: string): boolean =>
  new RegExp(`^${member.replaceAll('[]', '').replaceAll('.', '\\.').replaceAll('*', '.+')}$`).test(path)

/**
 * The members of a command's JSON: `spans[].name`. `attributes NAME` and `whoami --raw` have a table of their own. Failure `usage`:
 * it prints none.
 */
function membersOf({ command, args, options }: Line): readonly string[] {
  const flags = Object.keys(options).filter((name) => options[name] === true)
  const headings = [
    ...flags.map((name) => `${command} --${name}`),
    args.length > 0 && `${command} NAME`,
    command,
  ]
  const parts = document.split('\n## ').slice(1)
  const part = headings.flatMap((one) => parts.find((text) => text.startsWith(`\`${one}\`\n`)) ?? [])[0]
  if (part === undefined) {
    throw new Failure('usage', `${command} prints no JSON`, { hint: `See: ls-auth ${command} --help` })
  }
  const rows = [...part.matchAll(/^\| (`[^|]+`) \| (any)?/gm)].flatMap(([, cell = '', any]) =>
    (cell.match(/[^`, ]+/g) ?? []).flatMap((path) =>
      any && !path.endsWith('*') ? [path, `${path}.*`] : [path],
    ),
  )
  // `a.b[].c` says that there are `a` and `a.b`.
  const above = (path: string) => [...path.matchAll(/\.|\[\]|$/g)].map(({ index }) => path.slice(0, index))
  return [...new Set(rows.flatMap(above))].filter(Boolean)
}

function withKnown(paths: readonly string[], members: readonly string[]): Picked['paths'] {
  return paths.map((path) => {
    const fitting = members.filter((member) => matches(member, path))
    const isFree = fitting.every((member) => member.endsWith('*'))
    return { path, known: isFree ? Math.max(...fitting.map((one) => one.split('.').length - 1)) : Infinity }
  })
}

const picked = (value: unknown, paths: Picked['paths']): unknown =>
  paths.reduce<unknown>((all, { path, known }) => merged(all, nested(value, path.split('.'), known)), {})

/** Only this path of a value, with its nesting; a missing member is null. */
function nested(value: unknown, path: readonly string[], known: number): unknown {
  const [name = '', ...rest] = path
  if (Array.isArray(value)) return value.map((one) => nested(one, path, known))
  if (!isObject(value)) return null
  const whole = path.join('.')
  const own = (key: string) => (Object.hasOwn(value, key) ? value[key] : null)
  const isMissing = known <= 0 && !Object.hasOwn(value, name)
  if (rest.length === 0 || isMissing || Object.hasOwn(value, whole)) return { [whole]: own(whole) ?? null }
  return { [name]: nested(own(name), rest, known - 1) }
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

/** jq's own environment is a made-up one, and its files are empty; in brackets an expression can load no module. */
const whole = (expression: string): string => `def env: {}; {} as $ENV | (\n${expression}\n)`

/** jq itself, as WebAssembly. Undefined: it has run out of memory or stack. */
async function run(json: string, expression: string) {
  const { raw } = await import('jq-wasm/inline')
  return raw(json, expression, ['-c']).catch(() => undefined)
}

/** Failure `usage`: jq cannot read the expression. */
async function checkJq(expression: string): Promise<void> {
  const read = await run('null', `empty |\n${expression}`)
  if (read?.exitCode === 0) return
  throw new Failure('usage', `--jq: jq cannot read the expression: ${reason(read?.stderr)}`, {
    hint: "Quote it for your shell, such as --jq '.traces[].traceId'. See: man jq",
  })
}

/** Prints each result of an expression on a JSON text on a line, texts raw. Failure `jq-failed`, after what was printed. */
async function printJq(terminal: Terminal, expression: string, json: string): Promise<void> {
  const ran = await run(json, whole(expression))
  const show = (text: string) => (terminal.outIsTTY ? safeLines(text) : text)
  const lines = (ran?.stdout ?? '').split('\n').filter(Boolean)
  const results = lines.map((line) => (line.startsWith('"') ? show(JSON.parse(line)) : safeJsonText(line)))
  await terminal.out(results.map((one) => `${one}\n`).join(''))
  if (ran?.exitCode !== 0) throw new Failure('jq-failed', `--jq: ${reason(ran?.stderr)}`)
  if (ran.stderr) terminal.err(`${safeLines(ran.stderr)}\n`)
}

/** What jq says of itself, without its own words around. */
const reason = (said = 'jq ran out of memory'): string =>
  /jq: error(?: \(at \S+\))?: (.*?)(?: at <top-level>.*)?$/m.exec(said)?.[1] ?? said
