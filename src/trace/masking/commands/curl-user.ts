import { MASKED } from '../kept-value.ts'
import { ARGUMENT, IN_LIST, type Program } from './program.ts'

const FLAG = /-[A-Za-z#]{0,8}[uU]|--(?:proxy-)?user/.source

/** Name and password. Names that begin with `system:` are those of Kubernetes. */
const USER = /(?!-|system:)[^\s:"'\\]{0,128}:(?![\s"'\\]*(?:$|[\s,\]]))/.source

/** The flag, its value's beginning, and the colon before the password. */
const BEGINNING = new RegExp(
  `(?<=[\\s"'])(?:-[A-Za-z#]{0,8}[uU]\\s{0,8}|--(?:proxy-)?user(?:=|\\s{1,8})|(?:${FLAG})${IN_LIST})(?=(?:\\\\{0,16}["'])?${USER})`,
  'g',
)

const IS_FLAG = new RegExp(`^(?:${FLAG})$`)

const IS_USER = new RegExp(`^${USER}`)

const IS_FLAG_AND_USER = new RegExp(`^(?:${FLAG})=?${USER}`)

/** curl is given a name and its password in one argument: `-u ada:…`. */
export const CURL: Program = {
  words: ['curl'],
  flags: { beginning: BEGINNING, bare: ARGUMENT, shown: () => MASKED },
  isSecret: (before, item) =>
    IS_FLAG_AND_USER.test(item) || (typeof before === 'string' && IS_FLAG.test(before) && IS_USER.test(item)),
}
