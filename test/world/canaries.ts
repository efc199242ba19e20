/**
 * Canaries: every secret that the world of a test file mints, searched for in all that the program leaves behind. A test
 * file has them for itself, since the test runner loads this module once for each.
 */

/**
 * Who may print a secret: `token` does so with access and ID tokens, `aws-credentials` with keys of AWS, `proxy` with the secret of
 * its address; nobody with any other.
 */
export type Kind = 'token' | 'aws' | 'proxy' | 'never'

interface Needle {
  readonly text: string
  readonly form: string
  readonly kind: Kind
}

/** A secret that shows. Its text is never in a message: test output is kept, too. */
export interface Leak {
  readonly form: string
  readonly kind: Kind
}

/** Shorter ones would be found in innocent text. */
const SHORTEST = 12
/** So many characters of a needle are its place in the table. */
const PREFIX = 8

/** Searches text for many secrets in many forms at once; the time depends on the length of the text alone. */
export class Searcher {
  readonly #known = new Set<string>()
  readonly #byPrefix = new Map<string, Needle[]>()
  /** Which pairs of characters a needle begins with. */
  readonly #pairs = new Uint8Array(1 << 16)
  /** How many secrets it knows. */
  get size(): number {
    return this.#known.size
  }

  add(secret: string, kind: Kind): void {
    if (secret.length < SHORTEST || this.#known.has(secret)) return
    this.#known.add(secret)
    for (const [form, text] of formsOf(secret)) {
      const prefix = text.slice(0, PREFIX)
      const same = this.#byPrefix.get(prefix) ?? []
      if (same.some((needle) => needle.text === text)) continue
      same.push({ text, form, kind })
      this.#byPrefix.set(prefix, same)
      this.#pairs[pairAt(text, 0)] = 1
    }
  }

  /** The first secret of a kind that is not allowed here. */
  find(text: string, allowed: readonly Kind[] = []): Leak | undefined {
    for (let at = 0; at + SHORTEST <= text.length; at++) {
      if (this.#pairs[pairAt(text, at)] === 0) continue
      const found = this.#byPrefix
        .get(text.slice(at, at + PREFIX))
        ?.find((needle) => !allowed.includes(needle.kind) && text.startsWith(needle.text, at))
      if (found) return { form: found.form, kind: found.kind }
    }
    return undefined
  }
}

const pairAt = (text: string, at: number): number =>
  ((text.charCodeAt(at) & 0xff) << 8) | (text.charCodeAt(at + 1) & 0xff)

/** A secret as it may be written: encoded, and by parts. */
export function formsOf(secret: string): [form: string, text: string][] {
  const bytes = Buffer.from(secret)
  const hex = bytes.toString('hex')
  const forms: [string, string][] = [
    ['as it is', secret],
    ['percent-encoded', encodeURIComponent(secret)],
    ['form-encoded', new URLSearchParams([['', secret]]).toString().slice(1)],
    ['in a JSON string', JSON.stringify(secret).slice(1, -1)],
    ['in hex', hex],
    ['in hex', hex.toUpperCase()],
    ...partsOf(secret),
    ...[0, 1, 2].flatMap((offset) => inBase64(bytes, offset)),
  ]
  return forms.filter(([, text]) => text.length >= SHORTEST)
}

/** The three parts of a JWT, or the two halves of any other. */
function partsOf(secret: string): [string, string][] {
  const parts = /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(secret) ? secret.split('.') : []
  if (parts.length > 0) return parts.map((part, i) => [`part ${i + 1} of a JWT`, part])
  const middle = Math.ceil(secret.length / 2)
  return [
    ['its first half', secret.slice(0, middle)],
    ['its second half', secret.slice(middle)],
  ]
}

/** Base64 of text in whose middle the secret is: what its first and last characters are depends on the neighbours. */
function inBase64(bytes: Buffer, offset: number): [string, string][] {
  const shifted = Buffer.concat([Buffer.alloc(offset), bytes])
  const whole = Math.floor((shifted.length * 8) / 6)
  const skipped = Math.ceil((offset * 8) / 6)
  return (['base64', 'base64url'] as const).map((encoding) => [
    `in ${encoding}`,
    shifted.toString(encoding).slice(skipped, whole),
  ])
}

const searcher = new Searcher()
const counts = { commands: 0, places: 0 }

/** Makes a secret a canary of this test file. */
export const mint = (secret: string, kind: Kind = 'never'): void => searcher.add(secret, kind)

/** A set whose members are canaries. */
export class SecretSet extends Set<string> {
  override add(secret: string, kind: Kind = 'token'): this {
    mint(secret, kind)
    return super.add(secret)
  }
}

/** Throws when a place holds a secret; `where` names it. */
export function expectNoSecret(where: string, text: string, allowed: readonly Kind[] = []): void {
  counts.places += 1
  const leak = searcher.find(text, allowed)
  if (leak) throw new Error(`a secret (${leak.kind}) shows ${leak.form} in ${where}`)
}

/** What the commands of a line may print on stdout, by the word that names them. */
const PRINTERS: Readonly<Record<string, readonly Kind[]>> = {
  token: ['token'],
  'aws-credentials': ['aws'],
  proxy: ['proxy'],
}

/** Searches what a command has printed. The lines by which a CI runner is told to mask a token are for its eyes alone. */
export function searchOutput(argv: readonly string[], stdout: string, stderr: string): void {
  counts.commands += 1
  const line = `ls-auth ${argv.map((word) => (searcher.find(word) ? '(secret)' : word)).join(' ')}`
  const printer = argv.find((word) => Object.hasOwn(PRINTERS, word)) ?? ''
  // What a program prints that exec runs is that program's business.
  if (!argv.includes('exec')) expectNoSecret(`the output of: ${line}`, stdout, PRINTERS[printer])
  expectNoSecret(`the messages of: ${line}`, stderr.replace(/^::add-mask::.*\n/gm, ''))
}

/** How much was searched for how many secrets so far. */
export const searched = (): { commands: number; places: number; secrets: number } => ({
  ...counts,
  secrets: searcher.size,
})
