/** Typographic signs of our own words, and how a terminal without Unicode (`LANG=C`, `TERM=dumb`) shows them. */
const SIGNS: Readonly<Record<string, string>> = {
  '…': '..',
  '→': '->',
  '·': '-',
  '×': 'x',
  '–': '-',
  '’': "'",
}

/** Text for people whose terminal shows ASCII only. What others have written in another script stays. */
export const asciiSigns = (text: string): string => text.replace(/[…→·×–’]/g, (sign) => SIGNS[sign] as string)
