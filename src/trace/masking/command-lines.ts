import { MASKED } from './kept-value.ts'
import type { Rule } from './value.ts'

// Some programs are given passwords by flags that mean other things to other programs: `-u 1000:1000`, `-p 8080:80`.

/** Behind a flag, also in a list that is written as a text (`"-u", "…"`). No other flag, and no port. */
const APART = String.raw`(?:=|\s{1,8}|\\{0,16}["'],\s{0,3}(?=\\{0,16}["']))(?!\\{0,16}["']?(?:-|\d{1,5}(?::\d{1,5})?(?:[\s"'\\,]|$))|\[masked)(?=\S)`
/** `-pSECRET`, but no words of other flags: `-port`, `-print-defaults`. */
const JOINED = String.raw`=?(?!\[masked|(?:ort|ool|rint|lugin|rotocol|ager)(?![a-z]))(?=[^\s"'\\=-]|["'](?![\s,\]]|$))`
/** Name and password. Names that begin with `system:` are those of Kubernetes. */
const USER = String.raw`(?:=|\s{0,8}|\\{0,16}["'],\s{0,3})(?=(?:\\{0,16}["'])?(?!-|system:)[^\s:="'\\]{0,128}:(?![\s"'\\]*(?:$|[\s,\]])))`

const PROGRAMS: readonly (readonly [program: string, flag: string])[] = [
  ['curl', `(?:-[A-Za-z#]{0,8}[uU]|--(?:proxy-)?user)${USER}`],
  ['sshpass|sqlcmd', `-[pP](?:${APART}|${JOINED})`],
  ['mysql(?!d\\b)_?[a-z]{0,12}|mariadb(?:-[a-z]{1,16})?', `-p${JOINED}`],
  ['(?:docker|podman|nerdctl)[^\\n|;&]{1,64}login', `-p${APART}`],
  ['redis-cli', `(?:-a|--pass)${APART}`],
  ['mongo(?:sh|dump|restore|export|import|stat|top|files)?', `-p${APART}`],
  ['ldap(?:search|modify|add|delete|whoami|passwd|compare|modrdn)', `-w(?:${APART}|${JOINED})`],
]

/** What may stand between a program and its flag: the same command, the same text of JSON. */
const REST = String.raw`(?:[^\n|;&"']|\\\r?\n|[;&](?=[^\s&])|["'](?!\s{0,2}[:}\]])){0,512}`

/**
 * The passwords in command lines of these programs. The flag comes first: only behind one is a program looked for. In quotes a part
 * of an argument may stand, too: `ada:'a b'`.
 */
export const COMMAND_RULES: readonly Rule[] = PROGRAMS.map(([program, flag]) => ({
  needs: new RegExp(program),
  begins: new RegExp(
    `(?=${flag})(?<=(?<![\\w.=-])(?:${program})(?:\\.exe)?(?=[\\s\\\\]|["'],)${REST}[\\s"'])${flag}`,
    'g',
  ),
  bare: /[^\s"'\\]{1,4096}|'[^'\n,]{0,256}'|\\{0,16}"[^"\n,]{0,256}"(?!\])|\\+(?!["'\\])/y,
  shown: () => MASKED,
}))
