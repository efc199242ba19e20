import type { HttpAnswer } from '../ports/http.ts'

/** What begins like a JWT, also a part of one. */
const LIKE_JWT = /\beyJ[\w-]{8,}(\.[\w-]*){0,2}/g

/** How JSON (`\/`, `\u002b`), also a text within JSON, or a URL (`%2B`) may write a sign. */
const WRITTEN = /\\{1,8}(?:u([\da-f]{4}))?|%([\da-f]{2})/gi

/**
 * Redacts the token in an error response: a server may echo it or a part of it, and messages quote the response. In a header,
 * the claims of a challenge begin like a JWT, too, and have no dot.
 */
export function withoutEchoed(answer: HttpAnswer, token: string): HttpAnswer {
  const clean = (text: string, keepsUndotted: boolean) =>
    cutOut(text, token).replace(LIKE_JWT, (found) =>
      keepsUndotted && !found.includes('.') ? found : '[token]',
    )
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name, clean(value, true)]),
  )
  const statusLine = clean(answer.statusLine ?? '', true)
  return { ...answer, statusLine, headers, body: Buffer.from(clean(answer.body.toString('utf8'), false)) }
}

/** A shorter one isn't a secret, and would be found in many words. */
const SHORTEST = 4

/** The token's bytes to look for in an answer; undefined for a token that is too short. */
export const soughtBytes = (token: string): Buffer | undefined =>
  token.length < SHORTEST ? undefined : Buffer.from(token, 'latin1')

/** Writes `x` over each `sought` in these bytes. No length changes, so JSON stays JSON and protobuf stays protobuf. */
export function overwrite(bytes: Buffer, sought: Buffer): void {
  for (let at = bytes.indexOf(sought); at >= 0; at = bytes.indexOf(sought, at + sought.length))
    bytes.fill('x', at, at + sought.length)
}

export const overwriteText = (text: string, token: string): string =>
  token.length < SHORTEST ? text : text.replaceAll(token, 'x'.repeat(token.length))

/** Redacts the token in a good response: an API may put it into a trace. JSON may write its "/" as "\/". */
export function withoutToken(answer: HttpAnswer, token: string): HttpAnswer {
  for (const written of new Set([token, token.replaceAll('/', '\\/')])) {
    const sought = soughtBytes(written)
    if (sought) overwrite(answer.body, sought)
  }
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, overwriteText(value, token)])
  return { ...answer, headers: Object.fromEntries(headers) }
}

/** The token unchanged, and with its signs as JSON or a URL writes them. One pass, however much of an answer looks like it. */
function cutOut(text: string, token: string): string {
  const { plain, shorter } = withPlainSigns(text)
  const sought = withPlainSigns(token).plain
  let [cleaned, copied, shift] = ['', 0, 0]
  const ahead = shorter.values()
  let next = ahead.next()
  /** The place in the text that a place in `plain` stands for. Asked for in order. */
  const placeOf = (at: number): number => {
    for (; !next.done && next.value.at < at; next = ahead.next()) shift += next.value.by
    return at + shift
  }
  if (sought === '') return text
  for (let at = plain.indexOf(sought); at >= 0; at = plain.indexOf(sought, at + sought.length)) {
    cleaned += `${text.slice(copied, placeOf(at))}[token]`
    copied = placeOf(at + sought.length)
  }
  return cleaned + text.slice(copied)
}

/** The text without backslashes and with its signs unescaped; where it became shorter, and by how much. */
function withPlainSigns(text: string): { plain: string; shorter: { at: number; by: number }[] } {
  const shorter: { at: number; by: number }[] = []
  let sum = 0
  const plain = text.replace(WRITTEN, (written, inJson, inUrl, from: number) => {
    const code = inJson ?? inUrl
    const sign = code === undefined ? '' : String.fromCharCode(Number.parseInt(code, 16)).replace('\\', '')
    const by = written.length - sign.length
    shorter.push({ at: from - sum, by })
    sum += by
    return sign
  })
  return { plain, shorter }
}
