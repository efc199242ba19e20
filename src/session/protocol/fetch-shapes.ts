/**
 * The two shapes of the Fetch standard that openid-client puts its requests and answers into. Touching Node's own
 * `Headers` or `Response` loads its whole fetch library, which takes longer than everything else of a renewal; the
 * built program gives openid-client these instead (build.mjs). They carry data that is already here: no streams, no
 * network.
 */

/** Header fields by their names in lower case (Fetch standard §2.2.2, as far as it is asked for). */
export class Headers {
  readonly #fields = new Map<string, string>()

  constructor(init: Iterable<readonly [string, string]> | Readonly<Record<string, string>> = {}) {
    const fields = Symbol.iterator in init ? init : Object.entries(init)
    for (const [name, value] of fields as Iterable<readonly [string, string]>) this.append(name, value)
  }

  get [Symbol.toStringTag](): string {
    return 'Headers'
  }

  get(name: string): string | null {
    return this.#fields.get(name.toLowerCase()) ?? null
  }

  has(name: string): boolean {
    return this.#fields.has(name.toLowerCase())
  }

  set(name: string, value: string): void {
    this.#fields.set(checkName(name), checkValue(value))
  }

  append(name: string, value: string): void {
    const [key, added, before] = [checkName(name), checkValue(value), this.get(name)]
    this.#fields.set(key, before === null ? added : `${before}, ${added}`)
  }

  delete(name: string): void {
    this.#fields.delete(name.toLowerCase())
  }

  entries(): IterableIterator<[string, string]> {
    return [...this.#fields].sort(([a], [b]) => (a < b ? -1 : 1))[Symbol.iterator]()
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries()
  }
}

/** An answer that has been read already (Fetch standard §5.5, as far as it is asked for). */
export class Response {
  readonly status: number
  readonly headers: Headers
  /** There is nothing to cancel. */
  readonly body = null
  readonly #bytes: Uint8Array
  #used = false

  constructor(
    bytes: Uint8Array | string | null,
    init: { readonly status?: number; readonly headers?: Headers | Readonly<Record<string, string>> } = {},
  ) {
    this.#bytes = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : (bytes ?? new Uint8Array())
    this.status = init.status ?? 200
    this.headers = new Headers(init.headers)
  }

  get [Symbol.toStringTag](): string {
    return 'Response'
  }

  get bodyUsed(): boolean {
    return this.#used
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  clone(): Response {
    return new Response(this.#bytes, { status: this.status, headers: this.headers })
  }

  async text(): Promise<string> {
    if (this.#used) throw new TypeError('the body has been read already')
    this.#used = true
    return new TextDecoder().decode(this.#bytes)
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }
}

function checkName(name: string): string {
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return name.toLowerCase()
  throw new TypeError('not the name of a header field')
}

/** White space around it is not part of it; a line break would begin another field. */
function checkValue(value: string): string {
  const text = String(value).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '')
  if (/[\0\n\r]|[^\0-\xff]/.test(text)) throw new TypeError('not the value of a header field')
  return text
}
