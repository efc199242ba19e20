/** Names that need quotes are put in as '…', where PowerShell expands nothing. */
export const powershellScript = `# PowerShell completion of ls-auth. In $PROFILE:
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
