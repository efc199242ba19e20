import { Failure } from '../errors.ts'
import { safeText } from '../text/safe-text.ts'

/**
 * Sections of NODE_DEBUG in which Node 20 or 24 prints what can be a token: the headers of a request (`http`, `https`,
 * `net`), what a stream reads, in hex (`stream`), the environment and input of a program (`child_process`).
 */
const TELLING = ['http', 'https', 'net', 'stream', 'child_process']

/** Failure `refused`: a variable that Node itself obeys would give a token away. It cannot be undone in a process that runs. */
export function refuseNodeVariables(variables: NodeJS.ProcessEnv): void {
  if (variables.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    throw new Failure('refused', 'NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off', {
      hint: 'Unset it. For a company CA set ca_file in the profile, or NODE_EXTRA_CA_CERTS.',
    })
  }
  const asked = variables.NODE_DEBUG
  if (asked && TELLING.some((section) => isAsked(asked, section))) {
    throw new Failure('refused', `NODE_DEBUG=${safeText(asked, 60)} prints tokens`, {
      hint: 'Unset it. --debug shows each request without its token.',
    })
  }
}

/** Read as Node does: sections between commas, in any case, `*` for any text. */
function isAsked(asked: string, section: string): boolean {
  const pattern = asked
    .replace(/[|\\{}()[\]^$+?.]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll(',', '$|^')
  return new RegExp(`^${pattern}$`, 'i').test(section)
}
