/** `compadd` quotes what it puts in. `(Q)` takes quotes away and expands nothing. */
export const zshScript = `#compdef ls-auth
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
