import { displayWidth, graphemes } from '../../text/display-width.ts'
import { fitEnd, fitMiddle, safeName, takeStart } from '../../text/fit.ts'
import { safeText } from '../../text/safe-text.ts'
import { groupBy } from '../group.ts'

/**
 * Truncates the texts of a column to at most `width` columns, and different ones stay different: each in the middle, as
 * {@link fitMiddle} does, and where this makes some alike, around the first place in which those differ. Undefined: there is no
 * room for what tells this one from the others.
 */
export function fitApart(texts: readonly string[], width: number, ellipsis: string): (string | undefined)[] {
  const fitted = new Map<string, string>()
  const known = new Map<string, readonly string[]>()
  cutApart([...new Set(texts)], (text) => fitMiddle(text, width, ellipsis), 0)
  const uses = new Map<string, number>()
  for (const short of fitted.values()) uses.set(short, (uses.get(short) ?? 0) + 1)
  return texts.map((text) => {
    const short = fitted.get(text) ?? text
    return short === text || uses.get(short) === 1 ? short : undefined
  })

  /** `from`: the first grapheme in which those that are alike again may differ. Where it is not past that, there is no room. */
  function cutApart(group: readonly string[], cut: (text: string) => string, from: number): void {
    for (const [short, alike] of groupBy(group, cut)) {
      const at = alike.length === 1 ? -1 : firstDifference(alike.map(partsOf), from)
      if (at >= from) cutApart(alike, (text) => fitAround(partsOf(text), at, width, ellipsis), at + 1)
      else for (const text of alike) fitted.set(text, short)
    }
  }

  function partsOf(text: string): readonly string[] {
    const parts = known.get(text) ?? graphemes(text)
    known.set(text, parts)
    return parts
  }
}

/** {@link safeName} of each; those that this makes alike are not truncated. */
export function safeNames(texts: readonly string[], ellipsis: string): string[] {
  const names = new Map<string, string>()
  for (const [name, alike] of groupBy(new Set(texts), (text) => safeName(text, ellipsis)))
    for (const text of alike) names.set(text, alike.length === 1 ? name : safeText(text, text.length))
  return texts.map((text) => names.get(text) ?? text)
}

/** Keeps the beginning, and what is at the grapheme in which the text differs. What is alike before it is cut alike. */
function fitAround(parts: readonly string[], at: number, width: number, ellipsis: string): string {
  const isWhole = (some: readonly string[], columns: number) =>
    takeStart(some, columns).length === some.join('').length
  if (isWhole(parts, width)) return parts.join('')
  const mark = displayWidth(ellipsis)
  const room = width - 2 * mark
  if (room < 1) return fitEnd(parts.join(''), width, ellipsis)
  const head = takeStart(parts, Math.floor(room / 3))
  const left = room - displayWidth(head)
  // A little of what is before it says where it is.
  const from = at - Math.floor(left / 4)
  if (from <= graphemes(head).length) return takeStart(parts, width - mark) + ellipsis
  const rest = parts.slice(from)
  if (isWhole(rest, left + mark)) return head + ellipsis + rest.join('')
  return head + ellipsis + takeStart(rest, left) + ellipsis
}

/** Where not all of the texts have the same grapheme, from one on; -1: they are the same from there. */
function firstDifference([first = [], ...others]: readonly (readonly string[])[], from: number): number {
  for (let at = from; ; at++) {
    if (others.some((other) => other[at] !== first[at])) return at
    if (at >= first.length) return -1
  }
}
