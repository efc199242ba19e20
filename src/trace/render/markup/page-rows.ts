import { markup } from '../../../text/markup.ts'
import type { CriticalPath } from '../../analysis/critical-path.ts'
import type { Fold } from '../../tree/fold.ts'
import type { TraceTree } from '../../tree/trace-tree.ts'
import { foldFigures } from '../fold-figures.ts'
import { attributeFields } from '../span-details/fields.ts'
import { spanDuration } from '../span-duration.ts'
import type { TimeWindow } from '../time/window.ts'
import { barSections, outsideText } from './bars.ts'
import { detailsText, fieldLines } from './details.ts'
import { COLOURS, MOST_INDENTS } from './style.ts'

/** Steps of the time axis: finer than any screen. */
export const STEPS = 2000

/** What the rows of a page share. */
export interface Page {
  readonly tree: TraceTree
  readonly path: CriticalPath
  readonly window: TimeWindow
  readonly anchors: readonly string[]
  /** The number of each text of resource attributes, in the order of its first span. */
  readonly resources: Map<string, number>
}

/** The row of a node. Of a fold: the row that stands for it, and one level deeper those of its members. */
export function* rowsOf(node: number, fold: Fold | undefined, page: Page): Generator<string> {
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

/** The script hides what is below it until it is asked for, and finds nothing in it: it is no span. */
function foldRow(fold: Fold, level: number, page: Page): string {
  const { members } = fold
  const figures = foldFigures(fold, page.tree)
  const isSum = figures.percentiles.length > 0
  const duration = (isSum ? 'Σ' : '') + figures.duration
  const told = isSum ? [...figures.percentiles, `sum ${figures.duration}`, ...figures.unknown] : [duration]
  const inside = `<pre>${members.length} equal spans: ${told.join(', ')}</pre>`
  const times = `${members.length}× `
  return rowMarkup(members, { level, kind: ' g', attributes: '', times, duration, inside }, page)
}

interface Row {
  readonly level: number
  /** A class. */
  readonly kind: string
  readonly attributes: string
  /** Before the name. */
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
