/** fish splits the answer at the tab by itself, and escapes what it puts in. */
export const fishScript = `# fish completion of ls-auth. Once:
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
