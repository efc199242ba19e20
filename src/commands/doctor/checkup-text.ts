import type { Style, Terminal } from '../../ports/terminal.ts'
import { safeText } from '../../text/safe-text.ts'
import { wrapAdvice } from '../../text/wrap.ts'
import { type Invocation, printText } from '../invocation.ts'
import type { Checkup } from './checkup.ts'

/** Prints lines of the report below each other, in columns of their own. `more`: another part of the report is to come. */
export async function printCheckups(
  invocation: Invocation,
  lines: readonly Checkup[],
  { heading, more }: { readonly heading?: string; readonly more?: boolean } = {},
): Promise<void> {
  const { terminal } = invocation.ports
  const style = await terminal.style('out')
  const width = Math.max(...lines.map(({ area }) => area.length))
  const format = (line: Checkup) => formatCheckup(line, width, terminal, style)
  const above = heading === undefined ? '' : `\n${heading}\n`
  await printText(invocation, `${above}${lines.map(format).join('\n')}\n`, more)
}

function formatCheckup(
  checkup: Checkup,
  width: number,
  { columns, unicode }: Pick<Terminal, 'columns' | 'unicode'>,
  style: Style,
): string {
  const { area, verdict, found, detail = [], next } = checkup
  const mark = { ok: style.green('ok  '), warn: style.yellow('warn'), fail: style.red('FAIL'), skip: '-   ' }[
    verdict
  ]
  const indent = ' '.repeat(8 + width)
  const flow = (text: string, inner = '') =>
    wrapAdvice(safeText(text, 1000), columns - indent.length, inner).replaceAll('\n', `\n${indent}`)
  return [
    `${mark}  ${area.padEnd(width)}  ${flow(found)}`,
    ...detail.map((line) => `${indent}${safeText(line, 400)}`),
    ...(next === undefined
      ? []
      : [`${indent}${flow(`${unicode ? '→' : '->'} ${next}`, unicode ? '  ' : '   ')}`]),
  ].join('\n')
}
