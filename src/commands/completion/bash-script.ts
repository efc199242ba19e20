/**
 * For bash 3.2 (macOS) and later. The line is split here and not taken from COMP_WORDS, which cuts words at `:` and `=`
 * and keeps their quotes. `%q` quotes what is put in; inside of quotes only words that need none are offered.
 */
export const bashScript = `# bash completion of ls-auth. In ~/.bashrc:
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
