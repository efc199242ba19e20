import type { Ports } from './ports/ports.ts'
import { report } from './report.ts'

/** Runs one command line on the given machine; resolves to the exit status. Never throws, never exits. */
export async function run(typed: readonly string[], ports: Ports): Promise<number> {
  const argv = splitJsonFields(typed)
  try {
    // Package managers and shell prompts ask for the version often, so it does not load the command line parser.
    const [first, ...others] = argv.filter((word) => word !== '--json')
    if (others.length === 0 && /^(-V|--version)$/.test(first ?? '')) await printVersion(argv, ports)
    // People ask for it first of all, and it shows no flags.
    else if (argv.length < 2 && /^(-h|--help|help)?$/.test(argv[0] ?? '')) {
      const { mainHelp } = await import('./cli/commands.ts')
      await ports.terminal.page(mainHelp(ports.terminal.columns))
    } else if (argv[0] === '__complete')
      await (await import('./cli/complete.ts')).complete(argv.slice(1), ports)
    else return await (await import('./cli/plain-line.ts')).runLine(argv, ports)
    return 0
  } catch (error) {
    return report(error, argv, ports)
  }
}

/** As `ls-auth version` prints it. */
async function printVersion(argv: readonly string[], { env, terminal }: Ports): Promise<void> {
  const { version } = env
  await terminal.out(argv.includes('--json') ? `${JSON.stringify({ version }, null, 2)}\n` : `${version}\n`)
}

/** `--json=FIELDS` as two flags that the parser knows, and `--json a,b` too; `--jq` with `--json`. Only up to two dashes alone. */
function splitJsonFields(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  const own = end < 0 ? argv : argv.slice(0, end)
  const split = own.flatMap((word, i) => {
    if (/^--jq(=|$)/.test(word)) return ['--json', word]
    if (word.startsWith('--json=')) return ['--json', `--json-fields=${word.slice('--json='.length)}`]
    return LIST.test(word) && own[i - 1] === '--json' ? [`--json-fields=${word}`] : [word]
  })
  return [...split, ...(end < 0 ? [] : argv.slice(end))]
}

const LIST = /^[\w.]+(,[\w.]+)+$/
