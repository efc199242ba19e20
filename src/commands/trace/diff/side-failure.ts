import type { Failure } from '../../../errors.ts'
import { ALONE, WITH_VALUE } from './side-words.ts'

/** What stands behind a flag in a hint: a number, a text in quotes, a word in capitals, or a condition. */
const VALUE = String.raw` (\d[\w.]*\w|\d|'[^']*'|[A-Z]+\b|[\w.]+=\w+)`
/** A flag, perhaps with a value; or what stays as it is: what was typed, in double quotes, and a command line. */
const FLAG = new RegExp(
  String.raw`".*"|\bls-auth .*|--(${[...WITH_VALUE, ...ALONE].join('|')})(?![\w-])(?:${VALUE})?`,
  'gs',
)

/**
 * A failure about flags of `trace search` as one about the words of a side, where these stand without dashes: `--limit 20` is
 * `limit=20`. `side` says which one it is.
 */
export const ofSide = (side: string, failure: Failure): Failure =>
  failure.withWords(
    `${side}: ${asWords(failure.message, (flag) => flag)}`,
    asWords(failure.hint, (flag) => (ALONE.includes(flag) ? flag : `${flag}=`)),
  )

/** `bare` makes the word of a flag without a value. */
const asWords = (text: string, bare: (flag: string) => string): string =>
  text.replace(FLAG, (kept, flag: string | undefined, value: string | undefined) => {
    if (flag === undefined) return kept
    return value === undefined ? bare(flag) : `${flag}=${inSide(value)}`
  })

/** The whole side stands in quotes of the shell, and needs others for blanks only. */
function inSide(value: string): string {
  const [, quoted = value] = /^'(.*)'$/.exec(value) ?? []
  return quoted.includes(' ') ? `"${quoted}"` : quoted
}
