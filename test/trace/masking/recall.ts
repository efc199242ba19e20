import { readFileSync } from 'node:fs'
import { maskText } from '../../../src/trace/masking.ts'

/** Texts with their secrets between ⟦ and ⟧, and texts in which nothing may be masked. */
interface Corpus {
  readonly plain: readonly string[]
  readonly nested: readonly string[]
  readonly harmless: readonly string[]
}

const readCorpus = (): Corpus => JSON.parse(readFileSync('test/trace/masking/corpus.json', 'utf8'))

export interface Found {
  readonly found: number
  readonly of: number
  /** The texts of which something shows. */
  readonly missed: readonly string[]
}

/** How many secrets do not show: each word of a secret counts, unless it stands beside the secret, too. */
function foundIn(texts: readonly string[]): Found {
  const judged = texts.flatMap((text) => {
    const parts = text.split(/[⟦⟧]/)
    const shown = countOf(maskText(parts.join('')).replaceAll('[masked]', ' '))
    const beside = countOf(parts.filter((_, i) => i % 2 === 0).join(' '))
    return parts
      .filter((_, i) => i % 2 === 1)
      .map((secret) => ({
        text,
        isFound: wordsOf(secret).every((word) => (shown.get(word) ?? 0) <= (beside.get(word) ?? 0)),
      }))
  })
  const missed = judged.filter(({ isFound }) => !isFound).map(({ text }) => text)
  return { found: judged.length - missed.length, of: judged.length, missed }
}

/** An escape of JSON is no letter of the word behind it. */
const wordsOf = (text: string): readonly string[] =>
  text.replace(/\\+[nrtbf]/g, ' ').match(/[\p{L}\d]+/gu) ?? []

function countOf(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

/** How much of the corpus is found, and which harmless texts are changed. */
export function recall(): { plain: Found; nested: Found; harmless: number; falseAlarms: readonly string[] } {
  const { plain, nested, harmless } = readCorpus()
  return {
    plain: foundIn(plain),
    nested: foundIn(nested),
    harmless: harmless.length,
    falseAlarms: harmless.filter((text) => maskText(text) !== text),
  }
}
