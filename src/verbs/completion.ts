import { Failure } from '../errors.ts'
import { verb } from '../frame/verb.ts'
import { unknownChoice } from '../unknown-choice.ts'

/** `compadd` quotes what it puts in. `(Q)` takes quotes away and expands nothing. */
const zshScript = `#compdef ls-auth
# zsh completion of ls-auth. In ~/.zshrc:
#   eval "$(ls-auth completion zsh)"
_ls_auth() {
  local -a lines values shown
  local line value about width=0
  lines=("\${(@f)$(command ls-auth __complete "--word=\${(Q)PREFIX}" -- "\${(@Q)words[1,CURRENT-1]}" 2>/dev/null)}")
  if [[ $lines[1] == files ]]; then
    [[ $PREFIX == -*=* ]] && compset -P '*='
    _files
    return
  fi
  for line in "\${(@)lines[2,-1]}"; do
    value=\${line%%$'\\t'*}
    values+=("$value")
    (( \${#value} > width )) && width=\${#value}
  done
  for line in "\${(@)lines[2,-1]}"; do
    value=\${line%%$'\\t'*} about=\${line#*$'\\t'}
    [[ -n $about ]] && value="\${(r:width:)value}  -- $about"
    shown+=("$value")
  done
  compadd -l -d shown -a values
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _ls_auth "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _ls_auth ls-auth
fi
`

/** Names that need quotes are put in as '…', where PowerShell expands nothing. */
const powershellScript = `# PowerShell completion of ls-auth. In $PROFILE:
#   ls-auth completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName 'ls-auth' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object {
        if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
    })
    $word = "$wordToComplete".Trim("'", '"')
    $lines = @(& (Get-Command -CommandType Application, ExternalScript 'ls-auth' | Select-Object -First 1) __complete "--word=$word" -- $before 2>$null)
    # Without an answer PowerShell offers files.
    if ($lines.Count -lt 2 -or $lines[0] -ne 'words') { return }
    $lines | Select-Object -Skip 1 | ForEach-Object {
        $value, $about = $_ -split "\`t", 2
        if (-not $value.StartsWith($word, [System.StringComparison]::OrdinalIgnoreCase)) { return }
        $text = $value
        if ($value -notmatch '^[\\w./:%+=-]+$') {
            $text = "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($value) + "'"
        }
        if (-not $about) { $about = $value }
        [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $about)
    }
}
`

/** fish splits the answer at the tab by itself, and escapes what it puts in. */
const fishScript = `# fish completion of ls-auth. Once:
#   ls-auth completion fish > ~/.config/fish/completions/ls-auth.fish
function __ls_auth_complete
    set -l before (commandline -opc)
    set -l word (commandline -ct | string unescape)
    set -l lines (command ls-auth __complete "--word=$word" -- $before 2>/dev/null)
    if test "$lines[1]" = files
        set -l flag (string match -r -- '^-[^=]*=' "$word")
        for path in (__fish_complete_path (string replace -- "$flag" '' "$word"))
            echo -- "$flag$path"
        end
    else
        set -e lines[1]
        printf '%s\\n' $lines
    end
end
complete -c ls-auth -f -a '(__ls_auth_complete)'
`

/**
 * For bash 3.2 (macOS) and later. The line is split here and not taken from COMP_WORDS, which cuts words at `:` and `=`
 * and keeps their quotes. `%q` quotes what is put in; inside of quotes only words that need none are offered.
 */
const bashScript = `# bash completion of ls-auth. In ~/.bashrc:
#   eval "$(ls-auth completion bash)"
_ls_auth() {
  local line=\${COMP_LINE:0:COMP_POINT} word='' started='' quote='' fixed='' kind='' char value i
  local -a before
  before=()
  COMPREPLY=()
  for ((i = 0; i < \${#line}; i++)); do
    char=\${line:i:1}
    if [[ $quote == "'" && $char != "'" ]]; then word+=$char
    elif [[ $char == '\\' ]]; then i=$((i + 1)); word+=\${line:i:1}; started=1
    elif [[ $char == "$quote" ]]; then quote=''
    elif [[ -n $quote ]]; then word+=$char
    elif [[ $char == [\\'\\"] ]]; then quote=$char started=1
    elif [[ $char == [[:space:]] ]]; then
      [[ -n $started ]] && before+=("$word")
      word='' started='' fixed=''
    else
      word+=$char started=1
      # Readline puts in what follows the last of these.
      [[ $COMP_WORDBREAKS == *"$char"* ]] && fixed=$word
    fi
  done
  while IFS=$'\\t' read -r value _; do
    if [[ -z $kind ]]; then kind=$value; continue; fi
    [[ $value == "$word"* ]] || continue
    value=\${value#"$fixed"}
    if [[ -z $quote ]]; then printf -v value %q "$value"
    elif [[ $value == *[!A-Za-z0-9._/:@%+,=-]* ]]; then continue
    fi
    COMPREPLY+=("$value")
  done < <(command ls-auth __complete "--word=$word" -- "\${before[@]}" 2>/dev/null)
  # Without words readline would offer files. bash 3.2 has no compopt.
  if [[ $kind == words ]]; then compopt +o default 2>/dev/null; fi
  return 0
}
complete -o default -F _ls_auth ls-auth
`

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript, powershell: powershellScript } as const

/**
 * `ls-auth completion SHELL`: prints the script by which the shell completes ls-auth. It holds no command: it asks `ls-auth
 * __complete` (`cli/complete.ts`), so it stays right after an update. The answer comes from servers in part, so no script
 * evaluates it: not by `eval`, and not by `compgen -W`, which expands `$(…)`.
 */
export const completion = verb({
  args: '[shell]',
  summary: 'print the completion script for bash, zsh, fish or powershell',
  flags: { shell: { help: 'the shell', takes: '<shell>', argument: 0, read: readShell } },
  formats: [],
  completes: [Object.keys(SCRIPTS)],
  examples: [
    { does: 'bash: put this line into ~/.bashrc', line: 'eval "$(ls-auth completion bash)"' },
    { does: 'zsh: put this line into ~/.zshrc', line: 'eval "$(ls-auth completion zsh)"' },
    {
      does: 'fish: type this once, and again after an update',
      line: 'ls-auth completion fish > ~/.config/fish/completions/ls-auth.fish',
    },
    {
      does: 'PowerShell: put this line into your $PROFILE',
      line: 'ls-auth completion powershell | Out-String | Invoke-Expression',
    },
  ],
  async run({ ports }, { shell }) {
    await ports.terminal.out(SCRIPTS[shell])
    return undefined
  },
})

function readShell(typed: unknown): keyof typeof SCRIPTS {
  const shell = String(typed ?? '')
  if (shell in SCRIPTS) return shell as keyof typeof SCRIPTS
  if (shell === 'pwsh') return 'powershell'
  if (shell !== '') throw unknownChoice('usage', 'shell', shell, Object.keys(SCRIPTS))
  throw new Failure('usage', 'missing shell', { hint: 'Name the shell: bash, zsh, fish or powershell' })
}
