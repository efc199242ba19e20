import { COMMAND_RULES } from './command-lines.ts'
import { maskCredentials, maskRecognised } from './patterns.ts'
import { RULES, URL_RULES } from './rules.ts'
import { maskBehind } from './value.ts'

/** What every match needs, but for what is recognised in itself: most texts hold none of it. */
const HINT = /[=:<%@]|--|\s-[apuwPU]|[[(]\s{0,32}[[(b\\"']|",/

const NAMED = [...URL_RULES, ...RULES]
const PROGRAM = /curl|sshpass|mysql|mariadb|login|redis-cli|mongo|ldap|sqlcmd/

/** A text with the recognisable secrets masked. Linear in its length. */
export function maskSecrets(text: string): string {
  if (!HINT.test(text)) return maskRecognised(text)
  const masked = NAMED.reduce(maskBehind, maskCredentials(text))
  // Last: a flag of a command line may stand before a name that another value stands behind.
  return maskRecognised(PROGRAM.test(text) ? COMMAND_RULES.reduce(maskBehind, masked) : masked)
}
