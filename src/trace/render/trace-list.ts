import type { Style } from '../../ports.ts'
import { percentile } from '../fold.ts'
import type { TraceSummary } from '../search.ts'
import { formatDuration } from './duration.ts'
import { fitEnd, fitMiddle, padEnd, padStart, safeName } from './fit.ts'
import { glyphsFor } from './glyphs.ts'
import { count } from './header.ts'
import { serviceColour } from './service-colour.ts'
import { histogram, sparkline } from './sparkline.ts'
import { displayWidth } from './width.ts'

/** How a list of traces is drawn; no line is wider than `width`. */
export interface ListOptions {
  readonly width: number
  readonly unicode: boolean
  readonly style: Style
  /** Milliseconds since the epoch, for ages. */
  readonly now: number
}

const HISTOGRAM_COLUMNS = 24

/** A line of durations over the list, then one line a trace: id, root, spans, errors, duration, age, and a bar. */
export function renderTraceList(traces: readonly TraceSummary[], options: ListOptions): string[] {
  const { width, style } = options
  const glyphs = glyphsFor(options.unicode)
  const cut = (line: string) => fitEnd(line, width, glyphs.ellipsis)
  if (traces.length === 0) return [cut('No traces found.')]
  const columns = planColumns(traces, options)
  const head = columns.figures(['SPANS', 'ERRORS', 'DURATION', 'AGE'])
  const lines = [...histogramLines(traces, options).map(cut), '']
  lines.push(style.dim(cut(`${padEnd('TRACE', 32)}  ${padEnd('ROOT', columns.root)}${head}`.trimEnd())))
  for (const trace of traces) lines.push(columns.line(trace))
  return lines
}

function histogramLines(traces: readonly TraceSummary[], { unicode, style }: ListOptions): string[] {
  const micro = glyphsFor(unicode).micro
  const sorted = traces.map((trace) => trace.durationNanos).sort((a, b) => a - b)
  const [p50, p99] = [50, 99].map((p) => formatDuration(percentile(sorted, p), micro))
  const facts = `${count(traces.length, 'trace')}  p50 ${p50}  p99 ${p99}`
  const shape = histogram(sorted, HISTOGRAM_COLUMNS)
  if (!shape) return [facts]
  const [least, most] = [shape.leastNanos, shape.mostNanos].map((nanos) => formatDuration(nanos, micro))
  return [facts, `${least} ${style.bold(sparkline(shape.counts, unicode))} ${most}`]
}

interface Columns {
  readonly root: number
  figures(cells: readonly string[]): string
  line(trace: TraceSummary): string
}

/** Id and figures keep their width (ids are copied, figures compared); the root and the bar share what is left. */
function planColumns(traces: readonly TraceSummary[], { width, unicode, style, now }: ListOptions): Columns {
  const glyphs = glyphsFor(unicode)
  const widths = [7, 6, 8, 4]
  const figures = (cells: readonly string[]) =>
    cells.map((cell, i) => `  ${padStart(cell, widths[i] as number)}`).join('')
  const fixed = 32 + 2 + displayWidth(figures(['', '', '', '']))
  // Too narrow for whole ids with everything else: the figures go, then the root.
  const slim = width < fixed + 12
  const room = Math.max(0, width - (slim ? 34 : fixed))
  const bar = !slim && room >= 36 ? Math.min(20, Math.floor(room / 3)) : 0
  const root = Math.min(room - (bar > 0 ? bar + 2 : 0), widestRoot(traces))
  const most = traces.reduce((high, trace) => Math.max(high, trace.durationNanos), 1)
  return {
    root,
    figures: (cells) => (slim ? '' : figures(cells)),
    line(trace) {
      const id = padEnd(fitEnd(trace.traceId, width, glyphs.ellipsis), Math.min(32, width))
      const failed = (trace.errors ?? 0) > 0
      const name = padEnd(fitMiddle(rootText(trace), Math.max(0, root), glyphs.ellipsis), root)
      const cells = figures([
        trace.spans === undefined ? '?' : String(trace.spans),
        trace.errors === undefined ? '?' : failed ? `${glyphs.error} ${trace.errors}` : '0',
        formatDuration(trace.durationNanos, glyphs.micro),
        age(now - Number(trace.startNanos / 1_000_000n)),
      ])
      const filled = Math.max(1, Math.round((trace.durationNanos / most) * bar))
      const drawn =
        bar > 0
          ? `  ${style.palette(serviceColour(trace.rootService ?? ''), glyphs.path.repeat(filled))}`
          : ''
      if (root <= 0) return id.trimEnd()
      const painted = failed ? style.red(name) : name
      return slim
        ? `${id}  ${painted}`.trimEnd()
        : `${id}  ${painted}${failed ? style.red(cells) : cells}${drawn}`
    },
  }
}

function widestRoot(traces: readonly TraceSummary[]): number {
  return traces.reduce((most, trace) => Math.max(most, displayWidth(rootText(trace))), 4)
}

function rootText({ rootService, rootName }: TraceSummary): string {
  const parts = [rootService, rootName].filter((part) => part !== undefined && part !== '')
  return parts.length === 0 ? '(root not known)' : safeName(parts.join(': '), '…')
}

function age(millis: number): string {
  const seconds = Math.max(0, Math.floor(millis / 1000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`
  return `${Math.min(9999, Math.floor(seconds / 86_400))}d`
}
