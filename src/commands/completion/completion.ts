import { Failure } from '../../errors.ts'
import { unknownChoice } from '../../unknown-choice.ts'
import type { CliCommand, Typed } from '../cli-command.ts'
import { bashScript } from './bash-script.ts'
import { fishScript } from './fish-script.ts'
import { powershellScript } from './powershell-script.ts'
import { zshScript } from './zsh-script.ts'

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript, powershell: powershellScript } as const

type Shell = keyof typeof SCRIPTS

/**
 * `ls-auth completion SHELL`: prints the script by which the shell completes ls-auth. It holds no command: it asks
 * `ls-auth __complete` (`cli/complete.ts`), so it goes on being right after an update. What that answers comes from
 * servers in part, so no script evaluates it: not by `eval`, and not by `compgen -W`, which expands `$(…)`.
 */
export const completion: CliCommand<Shell> = {
  read,
  run: (invocation, shell) => invocation.ports.terminal.out(SCRIPTS[shell]),
}

function read({ args }: Typed): Shell {
  const [shell = ''] = args
  if (shell in SCRIPTS) return shell as Shell
  if (shell === 'pwsh') return 'powershell'
  if (shell !== '') throw unknownChoice('usage', 'shell', shell, Object.keys(SCRIPTS))
  throw new Failure('usage', 'no shell is named', { hint: 'Name the shell: bash, zsh, fish or powershell' })
}
