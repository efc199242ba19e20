import { alike } from '../../text/alike.ts'
import { parseCondition } from '../conditions/attribute-condition.ts'
import { spanTest } from '../conditions/span-filter.ts'
import { spanIdIn } from '../id.ts'
import type { InternedTexts } from '../tree/interned-texts.ts'
import { revealed } from './moves.ts'
import type { Scene } from './scene.ts'
import type { Search, ViewState } from './state.ts'

/**
 * What a typed text means: a condition on an attribute as `--attr` takes it (`key=value`, `key>=500`), a span id, else a
 * part of a name or a service, in any case. An id may come in each form that `--span` takes.
 */
export function searchFor(scene: Scene, typed: string): Search {
  const text = typed.trim()
  const byText = searchForText(scene, text)
  const id = spanIdIn(text)
  if (id === undefined) return byText
  const hasId = (node: number): boolean => scene.tree.span(node).spanId === id
  // Few digits may as well be a part of a name.
  return { text, fits: (node) => hasId(node) || byText.fits(node) }
}

function searchForText({ tree }: Scene, text: string): Search {
  const [inName, inService] = [tree.names, tree.services].map((words) => holding(words, text))
  const inTexts = (node: number): boolean => inName?.(node) === true || inService?.(node) === true
  const condition = parseCondition(text)
  if (typeof condition === 'string') return { text, fits: inTexts }
  const inAttributes = spanTest({ attributes: [condition] })
  // A statement in a name may look like a condition.
  return { text, fits: remembered(tree.count, (node) => inTexts(node) || inAttributes(tree.span(node))) }
}

/** Whether the text of a node holds `part`: found out once for each of the few different texts. */
function holding(words: InternedTexts, part: string): (node: number) => boolean {
  const wanted = alike(part)
  // Of marks alone nothing is left.
  const fits = words.texts.map((text) => wanted !== '' && alike(text).includes(wanted))
  return (node) => fits[words.indexOf(node)] === true
}

/** Attributes are read and masked when they are asked for: once a search is enough. */
function remembered(count: number, fits: (node: number) => boolean): (node: number) => boolean {
  const known = new Uint8Array(count)
  return (node) => {
    if (known[node] === 0) known[node] = fits(node) ? 1 : 2
    return known[node] === 1
  }
}

/** The nearest row further down (or up) that fits, from the other end when there is none. Undefined: no other row fits. */
export function nextRow(
  scene: Scene,
  state: ViewState,
  fits: (node: number) => boolean,
  step: 1 | -1,
): { readonly state: ViewState; readonly wentRound: boolean } | undefined {
  const { order, placeOf, foldOf, folds } = scene.plan(state.pathOnly)
  const from = placeOf[state.cursor]!
  for (let i = 1; i < order.length; i++) {
    const place = (from + step * i + order.length) % order.length
    const node = order[place]!
    if (!fits(node)) continue
    const first = foldOf[node]!
    // A fold is one row. It is opened only for a member that fits where the first does not.
    const inFold = first >= 0 && first !== node && folds.has(first) && !state.opened.has(first)
    if (inFold && fits(first)) continue
    return { state: revealed(scene, state, node), wentRound: (place - from) * step < 0 }
  }
  return undefined
}
