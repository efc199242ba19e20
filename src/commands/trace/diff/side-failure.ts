import { Failure } from '../../../errors.ts'
import { ALONE, WITH_VALUE } from './side-words.ts'

const FLAG = String.raw`--(${[...WITH_VALUE, ...ALONE].join('|')})(?![\w-])`
/** What stands behind a flag in a hint: a number, a text in quotes, a word in capitals, or a condition. */
const VALUE = String.raw` (\d[\w.]*\w|\d|'[^']*'|[A-Z]+\b|[\w.]+=\w+)`

/**
 * A failure about flags of `trace search` as one about the words of a side, where these stand without dashes: `--limit 20` is
 * `limit=20`. Command lines in it stay as they are. `side` says which one it is.
 */
export function ofSide(side: string, failure: Failure): Failure {
  const { code, message, hint, detail } = failure
  const told = `${side}: ${asWords(message, (flag) => flag)}`
  return new Failure(code, told, {
    hint: asWords(hint, (flag) => (ALONE.includes(flag) ? flag : `${flag}=`)),
    detail,
    cause: failure,
  })
}

/** `bare` makes the word of a flag without a value. */
function asWords(text: string, bare: (flag: string) => string): string {
  const [, own = '', commands = ''] = /^(.*?)(\bls-auth .*)?$/s.exec(text) ?? []
  const valued = own.replace(new RegExp(FLAG + VALUE, 'g'), (_, flag, value) => `${flag}=${inSide(value)}`)
  return valued.replace(new RegExp(FLAG, 'g'), (_, flag) => bare(flag)) + commands
}

/** The whole side stands in quotes of the shell, and needs others for blanks only. */
function inSide(value: string): string {
  const [, quoted = value] = /^'(.*)'$/.exec(value) ?? []
  return quoted.includes(' ') ? `"${quoted}"` : quoted
}
