const ASCII = /^[\x00-\x7f]*$/

/**
 * A text as a search compares it: in lower case, without accents and other marks, letters in whatever form they came
 * (Unicode UAX #15, NFKD): `İ` is `i`, and `é` is `e` whether it is one character or two.
 */
export function alike(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}
