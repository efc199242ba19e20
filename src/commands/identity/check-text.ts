import type { Finding } from '../../claims/finding.ts'
import type { Style } from '../../ports/terminal.ts'
import { displayWidth } from '../../text/display-width.ts'
import { safeText } from '../../text/safe-text.ts'
import { wrap } from '../../text/wrap.ts'
import { type Invocation, printText } from '../invocation.ts'

/** Prints each finding in a line, then the warnings. `unverified`: why the signature was not verified. */
export async function printFindings(
  invocation: Invocation,
  use: 'access' | 'id',
  { findings, warnings }: { readonly findings: readonly Finding[]; readonly warnings: readonly Finding[] },
  unverified: string | undefined,
): Promise<void> {
  const { terminal } = invocation.ports
  const style = await terminal.style('out')
  const width = Math.max(...[...findings, ...warnings].map(({ assertion }) => assertion.length))
  const line = (finding: Finding, mark: string) => {
    const signature = finding.assertion === 'signature'
    const shown = signature && unverified !== undefined ? { ...finding, actual: unverified } : finding
    return formatFinding(shown, mark, width, terminal.columns, style)
  }
  const lines = findings.map((finding) => line(finding, markOf(finding, style)))
  const mark = style.yellow('warn   ')
  lines.push(...warnings.map((finding) => line(finding, mark)))
  await printText(invocation, `${use === 'id' ? 'ID token' : 'access token'}\n${lines.join('\n')}\n`)
}

const markOf = ({ verdict }: Finding, style: Style): string =>
  ({ pass: style.green('pass   '), fail: style.red('FAIL   '), unknown: style.yellow('unknown') })[verdict]

/** For times that hold: the token's own time, which is what a person wants to know. */
function passed({ assertion, expected, actual }: Finding): string {
  if (assertion === 'not expired') return `expires ${actual}`
  if (assertion === 'already valid') return `since ${actual}`
  return /^(time left|token lifetime)$/.test(assertion) ? `${actual}, ${expected}` : expected
}

/** Reasons that the line says in words already; `--json` has them all. */
const isSaid = ({ assertion, reason }: Finding): boolean =>
  reason === 'claim-absent' || reason === 'not-configured' || assertion === 'signature'

/** One line; when it is too long, what is held and the claim go below what was expected. */
function formatFinding(finding: Finding, mark: string, width: number, columns: number, style: Style): string {
  const { assertion, expected, actual, verdict, reason, source, note } = finding
  const indent = 13 + width
  const why = reason && !isSaid(finding) ? ` (${reason})` : ''
  const lead = assertion === 'signature' || reason === 'not-configured' ? '' : 'held: '
  const held = verdict === 'pass' ? '' : `${lead}${safeText(actual, 400)}${why}`
  const wanted = safeText(verdict === 'pass' ? passed(finding) : expected, 160)
  const from = source ? `[${safeText(source, 60)}]` : ''
  const lines = inRoom([wanted, held, from], columns - indent)
  if (from) lines.push((lines.pop() as string).slice(0, -from.length) + style.dim(from))
  if (note && verdict !== 'pass') lines.push(...wrap(safeText(note, 400), columns - indent).split('\n'))
  return `  ${mark}  ${assertion.padEnd(width)}  ${lines.join(`\n${' '.repeat(indent)}`)}`
}

/** The texts in one line, or each from a line of its own on; the last one stands beside the one before where it fits. */
function inRoom(texts: readonly string[], room: number): string[] {
  const said = texts.filter((text) => text !== '')
  if (displayWidth(said.join('  ')) <= room) return [said.join('  ')]
  const lines = said.flatMap((text) => wrap(text, room).split('\n'))
  const [end = '', before = ''] = [lines.pop(), lines.pop()]
  const beside = `${before}  ${end}`
  const isClaim = texts.at(-1) !== ''
  return isClaim && displayWidth(beside) <= room ? [...lines, beside] : [...lines, before, end]
}
