import { FALLBACK, JsonBytes } from './json-bytes.ts'

const MOST_DEEP = 1_000_000

class AnyJson extends JsonBytes {
  constructor(bytes: Buffer) {
    super(bytes, 0, MOST_DEEP)
  }

  protected override longInteger(): void {}
}

/** Where a text that is no JSON stops to be the beginning of one; its length when it is cut off. */
export function faultIn(bytes: Buffer): number {
  const json = new AnyJson(bytes)
  try {
    json.skip()
    json.peek()
  } catch (error) {
    if (error !== FALLBACK) throw error
  }
  return json.at
}
