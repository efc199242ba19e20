/**
 * Replaces the values that stand behind each beginning (a name and what divides it from its value): in quotes, as a list or a
 * map, or bare. A value that is cut off goes to the end. It is found character by character: each is looked at once, however long
 * the value is.
 * @param bare sticky: a value without quotes
 */
export function replaceWritten(text: string, beginning: RegExp, bare: RegExp, by: string): string {
  let shown = ''
  let done = 0
  for (const { index, 0: found } of text.matchAll(beginning)) {
    const from = index + found.length
    const end = index < done ? from : endOfValue(text, from, bare)
    if (end === from) continue
    shown += text.slice(done, from) + by
    done = end
  }
  return shown + text.slice(done)
}

/** `from` where there is no value, or an empty one. */
function endOfValue(text: string, from: number, bare: RegExp): number {
  let at = from
  while (text[at] === '\\') at++
  const first = text[at]
  if (first === '"' || first === "'") {
    if (text.startsWith(text.slice(from, at + 1), at + 1)) return from
    const end = endOfQuoted(text, at + 1, first, at - from)
    return end === at + 1 ? from : end
  }
  if (first !== '[' && first !== '{') return endOfBare(text, from, bare)
  const end = endOfList(text, at)
  // `{cipher}…`, as Spring writes it.
  return /[\w+/=]/.test(text.charAt(end)) ? endOfBare(text, end, bare) : end
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
