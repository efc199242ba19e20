/**
 * A strict JSON parser for tokens.
 *
 * `JSON.parse` keeps the last of two members with the same name where another parser keeps the first. So two programs can see
 * two subjects in one signed token (RFC 8725bis, "Multiplicity of JSON Encodings"). This parser rejects duplicates at every
 * level, and limits the depth. Its objects have no prototype: a member called `__proto__` or `constructor` is an ordinary
 * member.
 */

/** Why a text was rejected. `json`: anything that `JSON.parse` would reject too. */
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

  /** `JSON.parse` decodes escapes and numbers: it is exact for a single literal, and refuses the empty text. */
  private literal(pattern: RegExp): unknown {
    return JSON.parse(this.take(pattern))
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
 * Parses JSON text: its value, or why it was rejected. Objects have no prototype. Never throws.
 * `maxDepth`: limit for nested objects and arrays; an object of scalars has depth 1.
 */
export function parseStrictJson(text: string, maxDepth = 64): { value: unknown } | { problem: JsonProblem } {
  try {
    return { value: new Reader(text, maxDepth).document() }
  } catch (error) {
    return { problem: error instanceof Refusal ? error.problem : 'json' }
  }
}
