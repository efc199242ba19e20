/**
 * Canaries: every secret that the world of a test file mints, searched for in all that the program leaves behind. Test files
 * share a process: what was minted for the file before is forgotten when the next begins (test/canary-count/of-a-file.ts).
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
/** So many characters somewhere in a needle are the mark by which it is found. */
const MARK = 8
/** So many places of a needle are looked at for a mark that is its own. */
const PLACES = 8
/** Bits of the sum over the last characters of a text; each moves the others by five, so that the last five count. */
const SUM = (1 << 22) - 1

/** Searches text for many secrets in many forms at once; the time depends on the length of the text alone. */
export class Searcher {
  readonly #known = new Set<string>()
  readonly #texts = new Set<string>()
  readonly #byMark = new Map<string, (Needle & { readonly at: number })[]>()
  /** Which sums the end of a mark has. */
  readonly #sums = new Uint8Array(SUM + 1)
  /** How many secrets it knows. */
  get size(): number {
    return this.#known.size
  }

  add(secret: string, kind: Kind): void {
    if (secret.length < SHORTEST || this.#known.has(secret)) return
    this.#known.add(secret)
    for (const [form, text] of formsOf(secret)) {
      if (this.#texts.has(text)) continue
      this.#texts.add(text)
      this.#file({ text, form, kind })
    }
  }

  /** Tokens of one issuer begin alike, and often end so: the mark is one that fewest others have. */
  #file(needle: Needle): void {
    const { text } = needle
    let best = { at: 0, others: Number.POSITIVE_INFINITY }
    for (let place = 0; place < PLACES && best.others > 0; place++) {
      const at = Math.floor(((text.length - MARK) * place) / (PLACES - 1))
      const others = this.#byMark.get(text.slice(at, at + MARK))?.length ?? 0
      if (others < best.others) best = { at, others }
    }
    const mark = text.slice(best.at, best.at + MARK)
    const same = this.#byMark.get(mark) ?? []
    same.push({ ...needle, at: best.at })
    this.#byMark.set(mark, same)
    let sum = 0
    for (let i = 0; i < MARK; i++) sum = next(sum, mark, i)
    this.#sums[sum] = 1
  }

  /** The first secret of a kind that is not allowed here. */
  find(text: string, allowed: readonly Kind[] = []): Leak | undefined {
    let sum = 0
    for (let end = 0; end < text.length; end++) {
      sum = next(sum, text, end)
      if (this.#sums[sum] === 0) continue
      const start = end + 1 - MARK
      const found = this.#byMark
        .get(text.slice(Math.max(start, 0), end + 1))
        ?.find((needle) => !allowed.includes(needle.kind) && text.startsWith(needle.text, start - needle.at))
      if (found) return { form: found.form, kind: found.kind }
    }
    return undefined
  }
}

const next = (sum: number, text: string, at: number): number => ((sum << 5) ^ text.charCodeAt(at)) & SUM

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

let searcher = new Searcher()
let counts = { commands: 0, places: 0 }

/** A new test file begins: what was minted and searched until now is not its own. */
export function forgetSecrets(): void {
  searcher = new Searcher()
  counts = { commands: 0, places: 0 }
}

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
