import { createHash } from 'node:crypto'
import { markup } from '../../../text/markup.ts'
import { UNSTYLED } from '../../../text/unstyled.ts'
import { type CriticalPath, criticalPath } from '../../analysis/critical-path.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { formatDuration } from '../format-duration.ts'
import { glyphsFor } from '../glyphs.ts'
import type { Pen } from '../pen.ts'
import { attributeFields } from '../span-details/fields.ts'
import { cutLines } from '../time/cuts.ts'
import type { TimeWindow } from '../time/window.ts'
import { headerLines } from '../waterfall/header.ts'
import { noteLines } from '../waterfall/notes.ts'
import { planRows } from '../waterfall/rows.ts'
import { anchorsOf } from './anchors.ts'
import { axisMarkup } from './axis.ts'
import { barSections, outsideText } from './bars.ts'
import { detailsText, fieldLines } from './details.ts'
import { findingsMarkup } from './findings.ts'
import { type GraphicOptions, windowsOf } from './graphic.ts'
import { SCRIPT } from './script.ts'
import { COLOURS, MOST_INDENTS, STYLE } from './style.ts'

/** Steps of the time axis: finer than any screen. */
const STEPS = 2000
/** Texts of the terminal that are paragraphs here: no line is wrapped. */
const PEN: Pen = { width: 10_000, glyphs: glyphsFor(true), style: UNSTYLED, full: true }

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Nothing is loaded, sent or run but the style and the script of the page itself (CSP Level 3, hash sources). */
const POLICY = `default-src 'none'; style-src ${hash(STYLE)}; script-src ${hash(SCRIPT)}; base-uri 'none'; form-action 'none'`

interface Page {
  readonly tree: TraceTree
  readonly path: CriticalPath
  readonly window: TimeWindow
  readonly anchors: readonly string[]
  /** The number of each text of resource attributes, in the order of its first span. */
  readonly resources: Map<string, number>
}

/**
 * A trace as one HTML file: findings, the waterfall with a row for each span, and what each span holds. It needs no
 * network and no script. Every text of the trace goes through {@link markup}.
 */
export function* renderHtml(tree: TraceTree, options: GraphicOptions): Generator<string> {
  const { view, source, clocks } = options
  const { whole, shown: window } = windowsOf(tree, options)
  const path = criticalPath(tree, [...tree.roots, ...tree.detached])
  const page: Page = { tree, path, window, anchors: anchorsOf(tree), resources: new Map() }
  const facts = { ...(source && { source: { name: source.name } }), ...(clocks && { clocks }) }
  yield* headMarkup(tree)
  yield `<h1>${markup(`Trace ${tree.trace.traceId}`)}</h1>\n`
  yield `<p class="facts">${markup(headerLines(tree, whole, facts, PEN).join(' '))}${linkMarkup(source?.link)}</p>\n`
  if (view) yield `<p class="soft">${markup(`only: ${view.says}`)}</p>\n`
  yield* findingsMarkup(tree, page.anchors)
  yield '<h2>spans</h2>\n<form hidden role="search"><input type="search" aria-label="search spans" placeholder="search names, services, attributes"> <output></output></form>\n'
  yield* paragraphs(cutLines(window, PEN))
  yield axisMarkup(window, STEPS)
  for (const { heading, nodes } of planRows(tree, false, view?.shown).groups) {
    if (heading !== undefined) yield `<h2>${markup(heading)}</h2>\n`
    for (const node of nodes) yield rowMarkup(node, page)
  }
  yield '<p class="soft">high bars: critical path; thin bars: waiting or off it; ✗ error</p>\n'
  yield* paragraphs(noteLines(tree, whole, PEN))
  for (const [text, number] of page.resources)
    yield `<h2 id="r-${number}">resource ${number}</h2>\n<pre>${markup(text)}</pre>\n`
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

function rowMarkup(node: number, page: Page): string {
  const { tree, anchors } = page
  const span = tree.span(node)
  const depth = tree.depth(node)
  const failed = tree.hasFailed(node)
  const colour = `c${tree.services.indexOf(node) % COLOURS.length}`
  const resource = resourceOf(node, page)
  const more = resource === undefined ? '' : `<a href="#r-${resource}">resource ${resource}</a>`
  const name = `${failed ? '✗ ' : ''}${span.name === '' ? '(no name)' : span.name}`
  return (
    `<div class="r l${Math.min(depth, MOST_INDENTS)}${failed ? ' bad' : ''}" id="${anchors[node]}" data-l="${depth}"` +
    `${resource === undefined ? '' : ` data-r="r-${resource}"`}><details><summary>` +
    `<span class="n">${markup(name)} <small>${markup(span.service)}</small></span>` +
    `<span class="d">${formatDuration(span.durationNanos)}</span>${barMarkup(node, failed ? 'e' : colour, page)}` +
    `</summary><pre>${markup(detailsText(tree, node))}</pre>${more}</details></div>\n`
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

function barMarkup(node: number, colour: string, { tree, path, window }: Page): string {
  const sections = barSections(tree, [node], path, window, { steps: STEPS, least: 4 })
  if (sections.length === 0) return `<span class="d soft">${outsideText(tree, node, window)}</span>`
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
