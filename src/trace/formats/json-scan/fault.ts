import { FALLBACK, JsonBytes } from './json-bytes.ts'

const MOST_DEEP = 1_000_000

class AnyJson extends JsonBytes {
  constructor(bytes: Buffer) {
    super(bytes, 0, MOST_DEEP)
  }

  protected override longInteger(): void {}
}

/** Where a text that is no JSON stops to be the beginning of one; its length when it is cut off. */
export const faultIn = (bytes: Buffer): number => passed(bytes).at

/** Whether a text is only the beginning of a JSON value: false where it is a whole one, and where no more bytes would make it one. */
export function endsTooEarly(bytes: Buffer): boolean {
  const { isWhole, at } = passed(bytes)
  return !isWhole && at >= bytes.length
}

/** How far the first value reaches, and what is blank behind it. */
function passed(bytes: Buffer): { readonly isWhole: boolean; readonly at: number } {
  const json = new AnyJson(bytes)
  try {
    json.skip()
    json.peek()
  } catch (error) {
    if (error !== FALLBACK) throw error
    return { isWhole: false, at: json.at }
  }
  return { isWhole: true, at: json.at }
}
