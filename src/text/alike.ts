const ASCII = /^[\x00-\x7f]*$/

/**
 * Accents and points that aren't letters of their own: the common ones (script Inherited, as U+0301), and those of three
 * scripts. In Devanagari or Thai a mark is a vowel, and U+3099 makes another syllable in Japanese. Written for a page, too.
 */
export const ACCENT = /(?=\p{M})(?![\u3099\u309a])[\p{sc=Zinh}\p{sc=Cyrl}\p{sc=Hebr}\p{sc=Arab}]/gu

/**
 * A text for comparison in a search: in lower case, without accents, letters in any form (Unicode UAX #15, NFKD). `İ` is `i`,
 * and `é` is `e` whether it is one character or two.
 */
export function alike(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  return text.normalize('NFKD').replace(ACCENT, '').toLowerCase()
}
