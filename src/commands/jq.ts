import { Failure } from '../errors.ts'
import type { Terminal } from '../ports/terminal.ts'
import { safeJsonText, safeLines } from '../text/safe-text.ts'

/** jq's own environment is a made-up one, and its files are empty; in brackets an expression can load no module. */
const whole = (expression: string): string => `def env: {}; {} as $ENV | (\n${expression}\n)`

/** jq itself, as WebAssembly. Undefined: it has run out of memory or stack. */
async function run(json: string, expression: string) {
  const { raw } = await import('jq-wasm/inline')
  return raw(json, expression, ['-c']).catch(() => undefined)
}

/** Failure `usage`: jq cannot read the expression. */
export async function checkJq(expression: string): Promise<void> {
  const read = await run('null', `empty |\n${expression}`)
  if (read?.exitCode === 0) return
  throw new Failure('usage', `--jq: jq cannot read the expression: ${reason(read?.stderr)}`, {
    hint: "Quote it for your shell, such as --jq '.traces[].traceId'. See: man jq",
  })
}

/** Prints each result of an expression on a JSON text on a line, texts raw. Failure `jq-failed`, after what was printed. */
export async function printJq(terminal: Terminal, expression: string, json: string): Promise<void> {
  const ran = await run(json, whole(expression))
  const show = (text: string) => (terminal.outIsTTY ? safeLines(text) : text)
  const lines = (ran?.stdout ?? '').split('\n').filter(Boolean)
  const results = lines.map((line) => (line.startsWith('"') ? show(JSON.parse(line)) : safeJsonText(line)))
  await terminal.out(results.map((one) => `${one}\n`).join(''))
  if (ran?.exitCode !== 0) throw new Failure('jq-failed', `--jq: ${reason(ran?.stderr)}`)
  if (ran.stderr) terminal.err(`${safeLines(ran.stderr)}\n`)
}

/** What jq says of itself, without its own words around. */
const reason = (said = 'jq ran out of memory'): string =>
  /jq: error(?: \(at \S+\))?: (.*?)(?: at <top-level>.*)?$/m.exec(said)?.[1] ?? said
