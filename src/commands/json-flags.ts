/** `--json=FIELDS` as two flags that the parser knows, and `--json a,b` too; `--jq` with `--json`. Only up to two dashes alone. */
export function splitJsonFields(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  const own = end < 0 ? argv : argv.slice(0, end)
  const split = own.flatMap((word, i) => {
    if (word.startsWith('--json=')) return ['--json', `--json-fields=${word.slice('--json='.length)}`]
    return LIST.test(word) && own[i - 1] === '--json' ? [`--json-fields=${word}`] : [word]
  })
  const implied = own.some((word) => /^--jq(=|$)/.test(word)) ? ['--json'] : []
  return [...split, ...implied, ...(end < 0 ? [] : argv.slice(end))]
}

const LIST = /^[\w.]+(,[\w.]+)+$/
