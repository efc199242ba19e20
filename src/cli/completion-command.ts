import type { Row } from './command.ts'

/** The command that makes a shell complete all others. */
export const COMPLETION_COMMAND: Row = {
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
