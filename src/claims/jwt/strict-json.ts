/**
 * A JSON reader for text that decides who somebody is.
 *
 * `JSON.parse` keeps the last of two members with the same name where another reader keeps the first,
 * so two programs can see two different subjects in one signed token (RFC 8725bis, "Multiplicity of JSON
 * Encodings"). This one refuses duplicates at every level, bounds the depth, and builds objects without a
 * prototype, so that a member called `__proto__` or `constructor` is a member and nothing else.
 */

/** Why a text was refused. `json` covers everything `JSON.parse` would refuse too. */
export type JsonProblem = 'json' | 'duplicate-member' | 'too-deep'

class Refusal extends Error {
  readonly problem: JsonProblem
  constructor(problem: JsonProblem) {
    super(problem)
    this.problem = problem
  }
}

const STRING = /"[^"\\\u0000-\u001f]*(?:\\.[^"\\\u0000-\u001f]*)*"/y
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const SPACE = /[ \t\n\r]*/y

class Reader {
  private readonly text: string
  private readonly maxDepth: number
  private at = 0

  constructor(text: string, maxDepth: number) {
    this.text = text
    this.maxDepth = maxDepth
  }

  document(): unknown {
    const value = this.value(0)
    this.take(SPACE)
    if (this.at !== this.text.length) throw new Refusal('json')
    return value
  }

  private value(depth: number): unknown {
    this.take(SPACE)
    const start = this.text[this.at]
    if ((start === '{' || start === '[') && depth === this.maxDepth) throw new Refusal('too-deep')
    if (start === '{') return this.object(depth)
    if (start === '[') return this.array(depth)
    return this.literal(start === '"' ? STRING : SCALAR)
  }

  private object(depth: number): Record<string, unknown> {
    const members: Record<string, unknown> = Object.create(null)
    this.expect('{')
    if (this.skip('}')) return members
    do {
      this.take(SPACE)
      const name = this.literal(STRING) as string
      if (name in members) throw new Refusal('duplicate-member')
      this.expect(':')
      members[name] = this.value(depth + 1)
    } while (this.skip(','))
    this.expect('}')
    return members
  }

  private array(depth: number): unknown[] {
    const items: unknown[] = []
    this.expect('[')
    if (this.skip(']')) return items
    do items.push(this.value(depth + 1))
    while (this.skip(','))
    this.expect(']')
    return items
  }

  /** Escapes and number syntax are left to `JSON.parse`: it is exact on a single literal. */
  private literal(pattern: RegExp): unknown {
    const found = this.take(pattern)
    if (!found) throw new Refusal('json')
    return JSON.parse(found)
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0] ?? ''
    this.at += found.length
    return found
  }

  private skip(mark: string): boolean {
    this.take(SPACE)
    if (this.text[this.at] !== mark) return false
    this.at += 1
    return true
  }

  private expect(mark: string): void {
    if (!this.skip(mark)) throw new Refusal('json')
  }
}

/**
 * JSON text → its value, or why it is refused. Objects have no prototype. Never throws.
 * `maxDepth` counts objects and arrays inside one another: a bare object holding scalars has depth 1.
 */
export function parseStrictJson(text: string, maxDepth = 64): { value: unknown } | { problem: JsonProblem } {
  try {
    return { value: new Reader(text, maxDepth).document() }
  } catch (error) {
    return { problem: error instanceof Refusal ? error.problem : 'json' }
  }
}
