import { MASKED } from './kept-value.ts'
import { type Named, replaceWritten } from './written-value.ts'

// curl is given a name and its password in one argument. Other programs mean other things by these flags: `-u 1000:1000`.

/** The flag, its value's beginning, and the colon before the password. */
const FLAG =
  /(?<=[\s"'])(?:-[A-Za-z#]{0,8}[uU]\s{0,8}|--(?:proxy-)?user(?:=|\s{1,8})|(?:-[A-Za-z#]{0,8}[uU]|--(?:proxy-)?user)\\{0,16}["'],\s{0,3}(?=\\{0,16}["']))(?=(?:\\{0,16}["'])?[^\s:"'\\-][^\s:"'\\]{0,127}:)/g

const USER: Named = {
  beginning: FLAG,
  bare: /(?:[^\s"'\\]+|\\+(?!["'\\]))+/y,
  shown: () => MASKED,
}

/** Name and password of a command line of curl. */
export function maskCurlUsers(text: string): string {
  const from = text.indexOf('curl')
  if (from < 0) return text
  return text.slice(0, from) + replaceWritten(text.slice(from), USER)
}
