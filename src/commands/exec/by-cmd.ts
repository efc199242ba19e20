import { Failure } from '../../errors.ts'
import { shellWord } from '../../text/shell-word.ts'
import { optionWords } from '../command-line.ts'
import type { Invocation } from '../invocation.ts'

/** In words with other signs cmd.exe, or a batch file, may read more than a word. */
const PROGRAM = /^[\w.:\\/-]+$/
const ARGUMENT = /^[\w@+=:./\\~-]+$|^[\w@+=:./~, -]+$/

/**
 * A failure to start a batch file of Windows, with the line that starts it. cmd.exe reads the words of a batch file once
 * more, and no escaping is right for all of them (CVE-2024-27980), so the person names cmd.exe, and nothing is escaped here.
 * Any other error stays as it is.
 */
export function startedByCmd(
  error: unknown,
  [program = '', ...args]: readonly string[],
  { options, ports }: Pick<Invocation, 'options' | 'ports'>,
): unknown {
  if (!(error instanceof Failure) || error.reason !== 'batch-file') return error
  const { platform } = ports.env
  const ours = `ls-auth exec${optionWords(options, platform)} --`
  if (!PROGRAM.test(program) || !args.every((arg) => ARGUMENT.test(arg)))
    return error.withHint(
      `cmd.exe reads signs in words itself. Start it, and type them there: ${ours} cmd /d`,
    )
  // cmd.exe takes a slash for the beginning of an option.
  const words = [program.replaceAll('/', '\\'), ...args].map((word) => shellWord(word, platform))
  return error.withHint(`Start it by cmd.exe: ${ours} cmd /d /c ${words.join(' ')}`)
}
