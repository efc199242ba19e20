import { isObject } from '../../json-object.ts'
import { safeText } from '../../text/safe-text.ts'

/** What a person allows beside tools that say that they only read. */
export interface Allowed {
  /** All tools. */
  readonly write: boolean
  /** Tools by name. */
  readonly tools: readonly string[]
}

/** A tool as the other server lists it: nothing of it is checked. */
export type ForeignTool = Readonly<Record<string, unknown>>

/** A tool that may be called. */
export interface OfferedTool {
  /** Its name at the other server. */
  readonly name: string
  /** It says that it changes nothing. */
  readonly onlyReads: boolean
  /** The schema of its arguments, as it came. */
  readonly inputSchema: { readonly type: 'object' }
  /** What the host is shown. */
  readonly shown: ShownTool
}

/** A tool with texts that are safe to show, and bounded. */
export interface ShownTool {
  readonly name: string
  readonly title?: string
  readonly description?: string
  readonly inputSchema: { readonly type: 'object'; readonly [key: string]: unknown }
  readonly annotations: Readonly<Record<string, boolean>>
}

/** What a list of tools comes to. */
export interface Offered {
  /** By the name that the host is shown. */
  readonly tools: ReadonlyMap<string, OfferedTool>
  /** Names of tools that may not be called, at most {@link MOST_TOOLS}. */
  readonly withheld: ReadonlySet<string>
  /** Tools that cannot be shown safely. */
  readonly unsafe: number
}

const MOST_TOOLS = 1000
const LONGEST_NAME = 128
const LONGEST_DESCRIPTION = 4000
/** Characters of one schema, and of all that is shown. */
const LONGEST_SCHEMA = 32_000
const LONGEST_LIST = 1_000_000
const DEEPEST = 20

/**
 * Judges a list. A tool may be called if it says that it only reads, or a person has allowed it; of two with one name only if
 * both may. Annotations are hints: a server that lies about them is trusted with its own data.
 */
export function judge(listed: readonly ForeignTool[], { write, tools: named }: Allowed): Offered {
  const may = (tool: ForeignTool) => write || readsOnly(tool) || named.includes(String(tool.name))
  const refused = new Set(listed.filter((tool) => !may(tool)).map(({ name }) => name))
  const readers = new Set(listed.filter((tool) => !readsOnly(tool)).map(({ name }) => name))
  const tools = new Map<string, OfferedTool>()
  const withheld = new Set<string>()
  let [unsafe, characters] = [0, 0]
  const known = new Set<string>()
  for (const tool of listed) {
    const { name } = tool
    if (typeof name !== 'string' || known.has(name)) continue
    known.add(name)
    const shownName = safeName(name)
    if (refused.has(name)) {
      if (withheld.size < MOST_TOOLS && shownName !== undefined) withheld.add(shownName)
      continue
    }
    const shown = shownName === undefined ? undefined : shownTool(shownName, tool)
    characters += shown === undefined ? 0 : JSON.stringify(shown).length
    if (shown === undefined || tools.has(shown.name) || tools.size >= MOST_TOOLS || characters > LONGEST_LIST)
      unsafe += 1
    else
      tools.set(shown.name, {
        name,
        onlyReads: !readers.has(name),
        inputSchema: tool.inputSchema as OfferedTool['inputSchema'],
        shown,
      })
  }
  return { tools, withheld, unsafe }
}

/** A hint of another type is none. */
const readsOnly = ({ annotations }: ForeignTool): boolean =>
  isObject(annotations) && annotations.readOnlyHint === true

/** Signs that no host or shell takes for its own become `_`; undefined: none of it is left. */
function safeName(name: string): string | undefined {
  const safe = name.replace(/[^\w./-]/gu, '_')
  return name.length <= LONGEST_NAME && /[A-Za-z0-9]/.test(safe) ? safe : undefined
}

function shownTool(name: string, tool: ForeignTool): ShownTool | undefined {
  const { title, description, inputSchema, annotations } = tool
  if (!isObject(inputSchema) || inputSchema.type !== 'object') return undefined
  const schema = safeSchema(inputSchema, 0)
  if (!isObject(schema) || JSON.stringify(schema).length > LONGEST_SCHEMA) return undefined
  const hints = Object.entries(isObject(annotations) ? annotations : {}).filter(
    (hint): hint is [string, boolean] => HINTS.includes(hint[0]) && typeof hint[1] === 'boolean',
  )
  return {
    name,
    ...(typeof title === 'string' && { title: safeText(title, LONGEST_NAME) }),
    ...(typeof description === 'string' && { description: safeLines(description) }),
    inputSchema: { ...schema, type: 'object' },
    annotations: Object.fromEntries(hints),
  }
}

const HINTS: readonly string[] = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']

/** A description keeps its lines. */
function safeLines(text: string): string {
  const lines = text.slice(0, LONGEST_DESCRIPTION + 1).split('\n')
  const safe = lines.map((line) => safeText(line, LONGEST_DESCRIPTION + 1)).join('\n')
  return safe.length > LONGEST_DESCRIPTION ? `${safe.slice(0, LONGEST_DESCRIPTION - 1)}…` : safe
}

/** Undefined: it is too deep. */
function safeSchema(value: unknown, depth: number): unknown {
  if (depth > DEEPEST) return undefined
  if (typeof value === 'string') return safeLines(value)
  if (Array.isArray(value)) return value.map((one) => safeSchema(one, depth + 1))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [safeText(key, LONGEST_NAME), safeSchema(one, depth + 1)]),
  )
}
