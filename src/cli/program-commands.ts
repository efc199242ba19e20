import type { Row } from './command.ts'

const COMPLETION: Row = {
  usage: 'completion [shell]',
  description: 'print the script that completes ls-auth in your shell: bash, zsh, fish or powershell',
  completes: [['bash', 'zsh', 'fish', 'powershell']],
  examples: [
    { does: 'bash: put this line into ~/.bashrc', line: 'eval "$(ls-auth completion bash)"' },
    { does: 'zsh: put this line into ~/.zshrc', line: 'eval "$(ls-auth completion zsh)"' },
    {
      does: 'fish: type this once, and again after an update',
      line: 'ls-auth completion fish > ~/.config/fish/completions/ls-auth.fish',
    },
    {
      does: 'PowerShell: put this line into the file that $PROFILE names',
      line: 'ls-auth completion powershell | Out-String | Invoke-Expression',
    },
  ],
  load: async () => (await import('../commands/completion/completion.ts')).completion,
}

const VERSION: Row = {
  usage: 'version',
  description: 'print the version',
  examples: [
    { does: 'for people', line: 'ls-auth version' },
    { does: 'for scripts', line: 'ls-auth version --json' },
  ],
  load: async () => (await import('../commands/version.ts')).version,
}

/** Commands about the program itself. */
export const PROGRAM_COMMANDS: readonly Row[] = [COMPLETION, VERSION]
