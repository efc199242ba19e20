import { createHash } from 'node:crypto'
import { markup } from '../../text/markup.ts'
import { oneLine } from '../../text/safe-text.ts'
import { UNSTYLED } from '../../text/unstyled.ts'
import { type CriticalPath, drawnPath } from '../analysis/critical-path.ts'
import { errorText, repeatedCalls, rootCauses, slowestSelf } from '../analysis/findings.ts'
import type { Fold } from '../tree/fold.ts'
import type { TraceTree } from '../tree/trace-tree.ts'
import { attributeFields } from './fields.ts'
import { foldFigures, formatDuration, mannerText, spanDuration } from './format-duration.ts'
import { glyphsFor, type Pen } from './glyphs.ts'
import {
  barSections,
  COLOURS,
  type GraphicOptions,
  MOST_INDENTS,
  outsideText,
  STYLE,
  windowOf,
} from './graphic.ts'
import { detailsText, fieldLines, SCRIPT } from './page-script.ts'
import { headerLines, noteLines } from './waterfall/head-and-notes.ts'
import { planRows } from './waterfall/rows.ts'
import { noRowLines } from './waterfall/summary.ts'
import { stepAt, type TimeWindow, ticksOf } from './window.ts'

/** Texts of the terminal that are paragraphs here: no line is wrapped. */
const PEN: Pen = { width: 10_000, glyphs: glyphsFor(true), style: UNSTYLED, full: true }

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** The page loads, sends and runs only its own style and script (CSP Level 3, hash sources). */
const POLICY = `default-src 'none'; style-src ${hash(STYLE)}; script-src ${hash(SCRIPT)}; base-uri 'none'; form-action 'none'`

/**
 * A trace as one HTML file: findings, the waterfall with a row for each span and each fold, and what each span holds. It
 * needs no network and no script. Every text of the trace goes through {@link markup}.
 */
export function* renderHtml(tree: TraceTree, options: GraphicOptions): Generator<string> {
  const { view, source, clocks, fold = true } = options
  const window = windowOf(tree, options)
  const { path } = drawnPath(tree)
  const page: Page = { tree, path, window, anchors: anchorsOf(tree), resources: new Map() }
  const facts = { ...(source && { source: { name: source.name } }), ...(clocks && { clocks }) }
  yield* headMarkup(tree)
  yield `<h1>${markup(`Trace ${tree.trace.traceId}`)}</h1>\n`
  yield `<p class="facts">${markup(headerLines(tree, facts, PEN).join(' '))}${linkMarkup(source?.link)}</p>\n`
  const rows = planRows(tree, fold, view?.shown)
  if (view && rows.shown === 0) {
    yield* paragraphs(noRowLines(tree, rows, view.says, PEN))
    return yield '</body>\n</html>\n'
  }
  if (view) yield `<p class="soft">${markup(`only: ${view.says}`)}</p>\n`
  yield* findingsMarkup(tree, page.anchors)
  yield '<h2>spans</h2>\n<form hidden role="search"><input type="search" aria-label="search spans" placeholder="search names, services, attributes"> <output></output></form>\n'
  yield axisMarkup(window, STEPS)
  for (const { heading, nodes } of rows.groups) {
    if (heading !== undefined) yield `<h2>${markup(heading)}</h2>\n`
    for (const node of nodes) yield* rowsOf(node, rows.fold(node), page)
  }
  yield '<p class="soft">high bars: critical path; thin bars: off the path; ✗ error</p>\n'
  yield* paragraphs(noteLines(tree, PEN, view?.shown))
  for (const [text, number] of page.resources)
    yield `<section id="r-${number}">\n<h2>resource ${number}</h2>\n<pre>${markup(text)}</pre>\n</section>\n`
  yield `<script>${SCRIPT}</script>\n</body>\n</html>\n`
}

function* headMarkup(tree: TraceTree): Generator<string> {
  yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
  yield `<meta http-equiv="Content-Security-Policy" content="${markup(POLICY)}">\n`
  yield '<meta name="referrer" content="no-referrer">\n<meta name="viewport" content="width=device-width">\n'
  yield `<title>${markup(`Trace ${tree.trace.traceId}`)}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n`
}

/** Only an address of the web is a link: others could be scripts. */
function linkMarkup(link: string | undefined): string {
  if (link === undefined || !/^https?:\/\//.test(link)) return ''
  return ` <a href="${markup(link)}" rel="noreferrer">${markup(link)}</a>`
}

function* paragraphs(lines: readonly string[]): Generator<string> {
  for (const line of lines) yield `<p class="soft">${markup(line)}</p>\n`
}

/** The id of each row's element, by node: `s-` and the span id, with a number where spans share one. */
function anchorsOf(tree: TraceTree): string[] {
  const seen = new Map<string, number>()
  return tree.spans.map(({ spanId }) => {
    const times = (seen.get(spanId) ?? 0) + 1
    seen.set(spanId, times)
    return times === 1 ? `s-${spanId}` : `s-${spanId}-${times}`
  })
}

/** Characters of the axis: so many labels find room beside each other on a narrow page. */
const CELLS = 60

/** The time axis over the bars, in `steps`. */
function axisMarkup(window: TimeWindow, steps: number): string {
  const ticks = ticksOf(window, CELLS, 'µs').map(({ nanos, label }) => {
    const x = `${((stepAt(window, nanos, steps) / steps) * 100).toFixed(2)}%`
    const anchor = stepAt(window, nanos, 100) > 90 ? ' text-anchor="end"' : ''
    return `<line x1="${x}" x2="${x}" y2="16"/><text x="${x}" y="12"${anchor}>${markup(label)}</text>`
  })
  return `<div class="axis"><span></span><span></span><svg aria-hidden="true">${ticks.join('')}</svg></div>\n`
}

const MOST_LISTED = 10
const MOST_SLOW = 5

/** Where the errors began, where the time went, and which calls repeat, each with a link to its row. */
function* findingsMarkup(tree: TraceTree, anchors: readonly string[]): Generator<string> {
  const who = (node: number) => {
    const { name, service } = tree.span(node)
    return `<a href="#${anchors[node]}">${markup(name === '' ? '(no name)' : name)}</a> <span class="soft">${markup(service)}</span>`
  }
  const causes = rootCauses(tree)
  yield* list('where the errors began', causes, MOST_LISTED, (node) => {
    const says = errorText(tree.span(node))?.text
    return `<span class="bad">✗</span> ${who(node)}${says === undefined ? '' : `<br><span class="bad">${markup(oneLine(says))}</span>`}`
  })
  yield* list('slowest by self time', slowestSelf(tree, MOST_SLOW), MOST_SLOW, (node) => {
    return `${formatDuration(tree.selfNanos(node) ?? 0)} ${who(node)}`
  })
  yield* list('repeated calls (N+1?)', repeatedCalls(tree), MOST_LISTED, (repeated) => {
    const { calls, caller, sumNanos } = repeated
    return `${calls.length}× ${who(calls[0]!)} under ${who(caller)}: ${formatDuration(sumNanos)} in all, ${mannerText(repeated)}`
  })
}

function* list<Item>(
  title: string,
  items: readonly Item[],
  most: number,
  text: (item: Item) => string,
): Generator<string> {
  if (items.length === 0) return
  yield `<h2>${title}</h2>\n<ul>\n`
  for (const item of items.slice(0, most)) yield `<li>${text(item)}</li>\n`
  if (items.length > most) yield `<li class="soft">and ${items.length - most} more</li>\n`
  yield '</ul>\n'
}

/** Steps of the time axis: finer than any screen. */
const STEPS = 2000

interface Page {
  readonly tree: TraceTree
  readonly path: CriticalPath
  readonly window: TimeWindow
  readonly anchors: readonly string[]
  /** The number of each text of resource attributes, in the order of its first span. */
  readonly resources: Map<string, number>
}

/** The row of a node. Of a fold: the row that stands for it, and one level deeper those of its members. */
function* rowsOf(node: number, fold: Fold | undefined, page: Page): Generator<string> {
  const level = page.tree.depth(node)
  if (!fold) yield spanRow(node, level, page)
  else {
    yield foldRow(fold, level, page)
    for (const member of fold.members) yield spanRow(member, level + 1, page)
  }
}

function spanRow(node: number, level: number, page: Page): string {
  const { tree, anchors } = page
  const span = tree.span(node)
  const resource = resourceOf(node, page)
  const more = resource === undefined ? '' : `<a href="#r-${resource}">resource ${resource}</a>`
  const attributes = ` id="${anchors[node]}"${resource === undefined ? '' : ` data-r="r-${resource}"`}`
  const duration = spanDuration(span)
  const inside = `<pre>${markup(detailsText(tree, node))}</pre>${more}`
  return rowMarkup([node], { level, kind: '', attributes, times: '', duration, inside }, page)
}

/** The script hides the rows below it until a person opens it, and finds no text in it: it has no span. */
function foldRow(fold: Fold, level: number, page: Page): string {
  const { members } = fold
  const figures = foldFigures(fold, page.tree)
  const isSum = figures.percentiles.length > 0
  const duration = (isSum ? 'Σ' : '') + figures.duration
  const figureTexts = isSum
    ? [...figures.percentiles, `sum ${figures.duration}`, ...figures.unknown]
    : [duration]
  const inside = `<pre>${members.length} equal spans: ${figureTexts.join(', ')}</pre>`
  const times = `${members.length}× `
  return rowMarkup(members, { level, kind: ' g', attributes: '', times, duration, inside }, page)
}

interface Row {
  readonly level: number
  readonly kind: string
  readonly attributes: string
  readonly times: string
  readonly duration: string
  readonly inside: string
}

function rowMarkup(nodes: readonly number[], row: Row, page: Page): string {
  const { tree } = page
  const node = nodes[0]!
  const { name, service } = tree.span(node)
  const failed = tree.hasFailed(node)
  const colour = failed ? 'e' : `c${tree.services.indexOf(node) % COLOURS.length}`
  const text = `${failed ? '✗ ' : ''}${row.times}${name === '' ? '(no name)' : name}`
  return (
    `<div class="r l${Math.min(row.level, MOST_INDENTS)}${row.kind}${failed ? ' bad' : ''}"${row.attributes}>` +
    `<details><summary><span class="n">${markup(text)} <small>${markup(service)}</small></span>` +
    `<i>level ${row.level + 1}</i><span class="d">${row.duration}</span>${barMarkup(nodes, colour, page)}` +
    `</summary>${row.inside}</details></div>\n`
  )
}

/** Most spans share the attributes of their process: they stand on the page once. */
function resourceOf(node: number, { tree, resources }: Page): number | undefined {
  const { resource } = tree.span(node)
  if (resource.length === 0) return undefined
  const text = fieldLines(attributeFields(resource)).join('\n')
  const number = resources.get(text) ?? resources.size + 1
  resources.set(text, number)
  return number
}

function barMarkup(nodes: readonly number[], colour: string, { tree, path, window }: Page): string {
  const sections = barSections(tree, nodes, path, window, { steps: STEPS, least: 4 })
  if (sections.length === 0) return `<span class="d soft">${outsideText(tree, nodes[0]!, window)}</span>`
  // One element for all that is off the path, and one for all that is on it: pages of 10,000 rows open sooner.
  const outline = (onPath: boolean) =>
    sections
      .filter(({ isPath }) => isPath === onPath)
      .map(({ from, length }) =>
        onPath ? `M${from} 0h${length}v12h-${length}z` : `M${from} 4h${length}v4h-${length}z`,
      )
      .join('')
  const bars = [outline(false), outline(true)]
    .filter((shape) => shape !== '')
    .map((shape) => `<path class="${colour}" d="${shape}"/>`)
  return `<svg viewBox="0 0 ${STEPS} 12" preserveAspectRatio="none" aria-hidden="true">${bars.join('')}</svg>`
}
