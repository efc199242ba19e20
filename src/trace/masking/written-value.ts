/**
 * Replaces the values that stand behind each beginning (a name and what divides it from its value): in quotes, as a list or a
 * map, or bare. A value that is cut off goes to the end. It is found character by character: each is looked at once, however long
 * the value is.
 * @param bare sticky: a value without quotes
 */
export function replaceWritten(text: string, beginning: RegExp, bare: RegExp, by: string): string {
  let shown = ''
  let done = 0
  // What begins before here stands within quotes or a list, and is masked with them.
  let closed = 0
  for (const { index, 0: found } of text.matchAll(beginning)) {
    const from = index + found.length
    if (from < closed) continue
    let end = endOfWritten(text, from)
    closed = end
    // A bare value within one that is masked ends where that does.
    if (end >= done && (end === from || isContinued(text, end))) end = endOfBare(text, end, bare)
    if (end <= Math.max(from, done)) continue
    // A name that is masked itself is a part of another one's value: `password: token='…'`.
    if (index >= done) shown += text.slice(done, from) + by
    done = end
  }
  return shown + text.slice(done)
}

/** `{cipher}…`, as Spring writes it, and whatever else goes on behind a bracket. */
function isContinued(text: string, end: number): boolean {
  return /^[\])}][^\s,;&"'\\)\]}.:<>|]/.test(text.slice(end - 1, end + 1))
}

/** The end of a value in quotes, of a list or of a map. `from` where there is none, or an empty text. */
function endOfWritten(text: string, from: number): number {
  let at = from
  while (text[at] === '\\') at++
  const first = text[at]
  if (first === '[' || first === '{') return endOfList(text, at)
  if (first !== '"' && first !== "'") return from
  if (text.startsWith(text.slice(from, at + 1), at + 1)) return from
  const end = endOfQuoted(text, at + 1, first, at - from)
  return end === at + 1 ? from : end
}

function endOfBare(text: string, from: number, bare: RegExp): number {
  bare.lastIndex = from
  return bare.test(text) ? bare.lastIndex : from
}

/**
 * The level is how many backslashes stand before the opening quote: 0, and 1 or 3 where JSON is a text within JSON. A quote of a
 * level further out ends the value, too.
 */
function endOfQuoted(text: string, from: number, quote: string, level: number): number {
  let slashes = 0
  for (let at = from; at < text.length; at++) {
    const char = text[at]
    if (char === '\\') {
      slashes++
      continue
    }
    if (char === quote) {
      if (slashes < level) return at - slashes
      // An escaped backslash is as long as two of them, an escaped quote has one of them before it.
      if ((slashes - level) % (2 * (level + 1)) === 0) return at + 1
    }
    slashes = 0
  }
  return text.length
}

function endOfList(text: string, from: number): number {
  let depth = 0
  let level: number | undefined
  let slashes = 0
  for (let at = from; at < text.length; at++) {
    const char = text[at]
    if (char === '\\') {
      slashes++
      continue
    }
    if (char === '"') {
      level ??= slashes
      if (slashes < level) return at - slashes
      at = endOfQuoted(text, at + 1, char, slashes) - 1
    } else if (char === '[' || char === '{') depth++
    else if ((char === ']' || char === '}') && --depth === 0) return at + 1
    slashes = 0
  }
  return text.length
}
