/** Whether bytes are text in UTF-16, by its byte order mark: so older PowerShells write what is sent to a file with `>`. */
export const isUtf16 = ([a, b]: Uint8Array): boolean =>
  (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)

/** What to do then. Windows has no iconv. */
export const UTF16_HINT =
  'Make UTF-8 of it: iconv -f UTF-16 -t UTF-8, or in PowerShell: (Get-Content FILE) | Set-Content -Encoding utf8 FILE'
