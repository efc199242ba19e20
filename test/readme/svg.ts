/** A run of characters in one style. Colours are CSS colours. */
interface Run {
  readonly text: string
  readonly colour: string | undefined
  readonly bold: boolean
  readonly dim: boolean
}

const COLUMN = 8.4
const LINE = 18
const MARGIN = 16
const BACKGROUND = '#16181d'
const TEXT = '#d6d9e0'
/** The first sixteen colours, as many terminals show them. */
const NAMED = '#000 #e06c75 #98c379 #e5c07b #61afef #c678dd #56b6c2 #abb2bf'.split(' ')
const CUBE = [0, 95, 135, 175, 215, 255]

/**
 * What a terminal shows as an SVG, line by line. Each run is stretched to its columns, so that the picture is the same
 * whatever font a reader has.
 * @param lines with escape sequences of ECMA-48 SGR (colours, bold, dim) and no others.
 * @param title for people who do not see the picture.
 */
export function terminalSvg(lines: readonly string[], columns: number, title: string): string {
  const width = Math.round(columns * COLUMN + 2 * MARGIN)
  const height = lines.length * LINE + 2 * MARGIN
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="${TEXT}" xml:space="preserve">
${lines.map((line, row) => lineSvg(line, MARGIN + row * LINE + 14)).join('')}</g>
</svg>
`
}

function lineSvg(line: string, y: number): string {
  let column = 0
  let svg = ''
  for (const run of runsOf(line)) {
    const columns = [...run.text].length
    // Blanks need no element, and a run must not begin with one: some viewers drop it.
    for (const { 0: text, index } of run.text.matchAll(/\S+(?: \S+)*/g)) {
      const before = [...run.text.slice(0, index)].length
      const length = ([...text].length * COLUMN).toFixed(1)
      const x = (MARGIN + (column + before) * COLUMN).toFixed(1)
      svg += `<text x="${x}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${styleOf(run)}>${escaped(text)}</text>\n`
    }
    column += columns
  }
  return svg
}

const styleOf = ({ colour, bold, dim }: Run): string =>
  (colour === undefined ? '' : ` fill="${colour}"`) +
  (bold ? ' font-weight="bold"' : '') +
  (dim ? ' opacity="0.6"' : '')

function runsOf(line: string): Run[] {
  const runs: Run[] = []
  let style: Omit<Run, 'text'> = { colour: undefined, bold: false, dim: false }
  for (const part of line.split(/(\x1b\[[\d;]*m)/)) {
    if (part.startsWith('\x1b')) style = styled(style, part.slice(2, -1).split(';').map(Number))
    else if (part !== '') runs.push({ ...style, text: part })
  }
  return runs
}

/** ECMA-48 SGR: the parameters that the program uses. */
function styled(style: Omit<Run, 'text'>, [code = 0, kind, index = 0]: number[]): Omit<Run, 'text'> {
  if (code === 1) return { ...style, bold: true }
  if (code === 2) return { ...style, dim: true }
  if (code === 22) return { ...style, bold: false, dim: false }
  if (code === 38 && kind === 5) return { ...style, colour: paletteColour(index) }
  if (code >= 30 && code <= 37) return { ...style, colour: NAMED[code - 30] }
  if (code >= 90 && code <= 97) return { ...style, colour: NAMED[code - 90] }
  if (code === 39) return { ...style, colour: undefined }
  if (code === 0) return { colour: undefined, bold: false, dim: false }
  throw new Error(`SGR ${code} has no place in the picture`)
}

/** The 256 colours of xterm: sixteen with names, a cube of 216, 24 greys. */
function paletteColour(index: number): string {
  if (index < 16) return NAMED[index % 8] as string
  if (index >= 232) return rgb(Array(3).fill(8 + (index - 232) * 10))
  const at = index - 16
  return rgb([Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map((step) => CUBE[step] as number))
}

const rgb = (parts: readonly number[]): string =>
  `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (sign) => (sign === '&' ? '&amp;' : sign === '<' ? '&lt;' : '&gt;'))
