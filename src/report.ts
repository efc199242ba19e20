import { errorCode, FAILURES, Failure } from './errors.ts'
import type { Ports } from './ports/ports.ts'
import { safeJson, safeText } from './text/safe-text.ts'
import { withoutSecrets } from './text/secrets.ts'
import { wrapAdvice } from './text/wrap.ts'

const isGone = (error: unknown): boolean => {
  const code = errorCode(error)
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED'
}

/** A command in a hint may repeat what an API requires of a sign-in; cut off it would not work. */
const MAX_HINT = 5000

/** Prints a failure on stderr (error, hint and detail, or one JSON object under `--json` and `-o ndjson`). Gives the exit status. */
export async function report(error: unknown, argv: readonly string[], ports: Ports): Promise<number> {
  if (isGone(error)) return 0
  const failure = asFailure(error)
  // Behind two dashes stands another program with flags of its own.
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const json = own.includes('--json') || /(^| )(-o|--output)[ =]?(nd)?json( |$)/.test(own.join(' '))
  const { terminal } = ports
  const { code, exit } = failure
  // A failure may repeat typed text, and in it the address of a local proxy, whose path is a secret.
  const [message, hint] = [withoutSecrets(failure.message), withoutSecrets(failure.hint)]
  const detail = failure.detail.map(withoutSecrets)
  if (json) {
    terminal.err(`${safeJson({ error: { code, message, hint, detail, exit } })}\n`)
    return exit
  }
  const style = await terminal.style('err')
  // A log has each in one line; a terminal would break it in the middle of a word.
  const fit = (text: string, indent: string) =>
    terminal.errIsTTY ? wrapAdvice(text, terminal.columns, indent) : text
  const lines = [
    fit(`error: ${safeText(message)}`, '       ').replace('error:', style.red),
    fit(`hint: ${safeText(hint, MAX_HINT)}`, '      ').replace('hint:', style.bold),
    ...detail.map((line) => fit(`  ${safeText(line)}`, '  ')),
  ]
  terminal.err(`${lines.join('\n')}\n`)
  return exit
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  // A foreign error's message may quote a token: only its name and position in the code are printed.
  const place =
    error instanceof Error
      ? /\(?(?:file:\/\/)?[^\s()]*?([^/\\\s()]+:\d+:\d+)\)?/.exec(
          error.stack?.split('\n    at ')[1] ?? '',
        )?.[1]
      : undefined
  const name = error instanceof Error ? error.name : typeof error
  return new Failure(
    'bug',
    `ls-auth failed unexpectedly (${safeText(name, 60)}${place ? ` at ${safeText(place, 80)}` : ''})`,
    {
      hint: FAILURES.bug.hint,
    },
  )
}
