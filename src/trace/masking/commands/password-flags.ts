import type { AttributeValue } from '../../model.ts'
import { MASKED } from '../kept-value.ts'
import { ARGUMENT, IN_LIST, type Program } from './program.ts'

interface Flag {
  readonly words: readonly string[]
  readonly flag: string
  /** `-pSECRET`: the value stands at once behind the flag. */
  readonly isJoined: boolean
  /** `-p SECRET`. Behind mysql's `-p` stands the name of a database. */
  readonly isApart: boolean
}

const FLAGS: readonly Flag[] = [
  { words: ['sshpass'], flag: '-p', isJoined: true, isApart: true },
  {
    words: ['(?:mysql(?!d\\b)_?[a-z]{0,12}|mariadb(?:-[a-z]{1,16})?)'],
    flag: '-p',
    isJoined: true,
    isApart: false,
  },
  { words: ['(?:docker|podman|nerdctl)', 'login'], flag: '-p', isJoined: false, isApart: true },
  { words: ['redis-cli'], flag: '(?:-a|--pass)', isJoined: false, isApart: true },
  {
    words: ['mongo(?:sh|dump|restore|export|import|stat|top|files)?'],
    flag: '-p',
    isJoined: false,
    isApart: true,
  },
  {
    words: ['ldap(?:search|modify|add|delete|whoami|passwd|compare|modrdn)'],
    flag: '-w',
    isJoined: true,
    isApart: true,
  },
  { words: ['sqlcmd'], flag: '-P', isJoined: true, isApart: true },
]

/** What a text with such a flag holds. */
export const PASSWORD_FLAG = /\s-[apwP]/

/** No other flag (without a value these programs ask for it), and no port: `docker run --name mongo -p 27017:27017`. */
const VALUE = String.raw`(?!\\{0,16}["']?(?:-|\d{1,5}(?::\d{1,5})?(?:[\s"'\\,]|$))|\[masked)(?=\S)`

const IS_VALUE = /^(?!-|\d{1,5}(?::\d{1,5})?$)./s

/** Words of other flags: `-port`, `-print-defaults`. */
const JOINED = String.raw`(?!\[masked|(?:ort|ool|rint|lugin|rotocol|ager)(?![a-z]))(?=[^\s"'\\=-]|["'](?![\s,\]]|$))`

export const PASSWORD_FLAGS: readonly Program[] = FLAGS.map(({ words, flag, isJoined, isApart }) => {
  const apart = isApart ? [String.raw`(?:=|\s{1,8})${VALUE}`, `${IN_LIST}${VALUE}`] : []
  const joined = isJoined ? [JOINED] : []
  const isFlag = new RegExp(`^${flag}$`)
  const isFlagAndValue = new RegExp(`^${flag}${isJoined ? `=?${JOINED}[^=]` : '=.'}`, 's')
  return {
    words,
    flags: {
      beginning: new RegExp(`(?<=[\\s"'])${flag}(?:${[...apart, ...joined].join('|')})`, 'g'),
      bare: ARGUMENT,
      shown: () => MASKED,
    },
    isSecret: (before: AttributeValue | undefined, item: string) =>
      isFlagAndValue.test(item) ||
      (isApart && typeof before === 'string' && isFlag.test(before) && IS_VALUE.test(item)),
  }
})
