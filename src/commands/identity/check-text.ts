import type { Finding } from '../../claims/finding.ts'
import { displayWidth } from '../../display-width.ts'
import type { Style, Terminal } from '../../ports.ts'
import { safeText } from '../../safe-text.ts'
import { wrap } from '../wrap.ts'

/** Prints each finding in a line, then the warnings. `unverified`: why the signature was not verified. */
export async function printFindings(
  terminal: Terminal,
  use: 'access' | 'id',
  { findings, warnings }: { readonly findings: readonly Finding[]; readonly warnings: readonly Finding[] },
  unverified: string | undefined,
): Promise<void> {
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
  await terminal.out(`${use === 'id' ? 'ID token' : 'access token'}\n${lines.join('\n')}\n`)
}

const markOf = ({ verdict }: Finding, style: Style): string =>
  ({ pass: style.green('pass   '), fail: style.red('FAIL   '), unknown: style.yellow('unknown') })[verdict]

/** For times that hold: the token's own time, which is what a person wants to know. */
function passed({ assertion, expected, actual }: Finding): string {
  if (assertion === 'not expired') return `expires ${actual}`
  if (assertion === 'already valid') return `since ${actual}`
  return /^(time left|token lifetime)$/.test(assertion) ? `${actual}, ${expected}` : expected
}

/** One line; when it is too long, the actual value goes below the expected one. */
function formatFinding(finding: Finding, mark: string, width: number, columns: number, style: Style): string {
  const { assertion, expected, actual, verdict, reason, source, note } = finding
  const indent = ' '.repeat(13 + width)
  const from = source ? `  [${safeText(source, 60)}]` : ''
  const why = reason ? ` (${reason})` : ''
  const lead = assertion === 'signature' ? '' : 'held: '
  const held = verdict === 'pass' ? '' : `${lead}${safeText(actual, 400)}${why}`
  const wanted = safeText(verdict === 'pass' ? passed(finding) : expected, 160)
  const fits = indent.length + displayWidth(wanted + held + from) + 2 <= columns
  const below = (text: string) =>
    `\n${indent}${wrap(text, columns - indent.length).replaceAll('\n', `\n${indent}`)}`
  const actualText = held === '' ? '' : fits ? `  ${held}` : below(held)
  const more = note && verdict !== 'pass' ? below(note) : ''
  return `  ${mark}  ${assertion.padEnd(width)}  ${wanted}${actualText}${style.dim(from)}${more}`
}
