import type { Key } from '../../ports/terminal.ts'
import {
  folded,
  moved,
  nextRow,
  type Page,
  pagedBy,
  pageLines,
  pathToggled,
  type Search,
  type Size,
  scrolled,
  searchFor,
  unfolded,
  type ViewState,
} from './moves.ts'
import type { Scene } from './scene.ts'

/** What a key asks for beyond the picture: the machine has to do it. */
export type Wish = 'quit' | 'copy' | 'open'

/** The state after a key, and what else it asks for. */
export interface Pressed {
  readonly state: ViewState
  readonly wish?: Wish
}

/** A paste may be longer than any typed text. */
const MOST_TYPED = 200

/** The state after a key. It shows the cursor on a screen of this size. */
export function press(scene: Scene, before: ViewState, key: Key, size: Size): Pressed {
  const state = before.message === '' ? before : { ...before, message: '' }
  const { typed, page } = state
  if (typed !== undefined) return { state: scrolled(typing(scene, state, typed, key), size) }
  if (key.name === 'paste')
    return { state: { ...state, message: 'Pasted text is ignored. Press / to search for it.' } }
  const pressed = page ? onPage(scene, state, page, key, size) : onRows(scene, state, key, size)
  return { ...pressed, state: scrolled(pressed.state, size) }
}

/** A letter in upper case is a key of its own, and some keys have only a name. With Ctrl none does anything. */
const wordOf = ({ name, text, ctrl }: Key): string => (ctrl ? '' : text.trim() === '' ? name : text)

function onRows(scene: Scene, state: ViewState, key: Key, size: Size): Pressed {
  const { cursor, search } = state
  switch (wordOf(key)) {
    case 'q':
      return { state, wish: 'quit' }
    case 'o':
      return { state, wish: 'open' }
    case 'y':
      return { state, wish: 'copy' }
    case 'up':
    case 'k':
      return { state: moved(state, -1) }
    case 'down':
    case 'j':
      return { state: moved(state, 1) }
    case 'pageup':
      return { state: pagedBy(state, -1, size) }
    case 'pagedown':
    case 'space':
      return { state: pagedBy(state, 1, size) }
    case 'home':
    case 'g':
      return { state: moved(state, Number.NEGATIVE_INFINITY) }
    case 'end':
    case 'G':
      return { state: moved(state, Number.POSITIVE_INFINITY) }
    case 'right':
    case '+':
    case 'l':
      return { state: unfolded(scene, state) }
    case 'left':
    case '-':
    case 'h':
      return { state: folded(scene, state) }
    case '/':
      return { state: { ...state, typed: '' } }
    case 'n':
      return { state: searched(scene, state, search, 1) }
    case 'N':
      return { state: searched(scene, state, search, -1) }
    case 'e':
      return { state: nextError(scene, state, 1) }
    case 'E':
      return { state: nextError(scene, state, -1) }
    case 'c':
      return { state: pathToggled(scene, state) }
    case 'return':
    case 'enter':
      return { state: { ...state, page: detailsPage(scene, state, cursor) } }
    case 'i':
      return { state: notesOpened(scene, state) }
    case '?':
      return { state: { ...state, page: { kind: 'keys', node: cursor, top: 0 } } }
    default:
      return { state: { ...state, message: 'That key does nothing here. ? shows the keys, q quits.' } }
  }
}

function onPage(scene: Scene, state: ViewState, page: Page, key: Key, size: Size): Pressed {
  const last = Math.max(0, pageLines(scene, page, size.columns).length - pageRoom(size))
  const scrollTo = (top: number): Pressed => ({
    state: { ...state, page: { ...page, top: Math.min(Math.max(0, top), last) } },
  })
  const at = Math.min(page.top, last)
  switch (wordOf(key)) {
    case 'q':
    case 'escape':
    case 'return':
    case 'enter':
    case 'left':
    case 'h':
      return { state: { ...state, page: page.over } }
    case '?': {
      const keys: Page = { kind: 'keys', node: page.node, top: 0, over: page }
      return { state: { ...state, page: page.kind === 'keys' ? page.over : keys } }
    }
    case 'i':
      if (page.kind === 'notes') return { state: { ...state, page: page.over } }
      return { state: { ...state, message: backMessage(page) } }
    case 'y':
      return { state, wish: 'copy' }
    case 'o':
      return { state, wish: 'open' }
    case 'up':
    case 'k':
      return scrollTo(at - 1)
    case 'down':
    case 'j':
      return scrollTo(at + 1)
    case 'pageup':
      return scrollTo(at - pageRoom(size))
    case 'pagedown':
    case 'space':
      return scrollTo(at + pageRoom(size))
    case 'home':
    case 'g':
      return scrollTo(0)
    case 'end':
    case 'G':
      return scrollTo(last)
    default:
      return { state: { ...state, message: backMessage(page) } }
  }
}

const backMessage = ({ over }: Page): string => `Arrows scroll, q goes back to the ${over?.kind ?? 'rows'}.`

function notesOpened(scene: Scene, state: ViewState): ViewState {
  if (scene.notes().length === 0) return { ...state, message: 'There are no notes on this trace.' }
  return { ...state, page: { kind: 'notes', node: state.cursor, top: 0 } }
}

/** Lines of a page that fit on the screen: one is for what the keys do. */
export const pageRoom = ({ rows }: Size): number => Math.max(1, rows - 1)

/** The slowest of many equal spans stands for their row. */
function detailsPage({ tree }: Scene, { rows }: ViewState, row: number): Page {
  const members = rows.fold(row)?.members
  if (members === undefined) return { kind: 'details', node: row, top: 0 }
  const took = (node: number) => tree.durationNanos(node)
  const node = members.reduce((slowest, member) => (took(member) > took(slowest) ? member : slowest))
  return { kind: 'details', node, among: members.length, top: 0 }
}

function typing(scene: Scene, state: ViewState, typed: string, { name, text, ctrl }: Key): ViewState {
  if (ctrl && name === 'u') return { ...state, typed: '' }
  if (ctrl && name === 'w') return { ...state, typed: typed.replace(/\S*\s*$/, '') }
  switch (name) {
    case 'escape':
      return { ...state, typed: undefined }
    case 'return':
    case 'enter': {
      const search = typed.trim() === '' ? state.search : searchFor(scene, typed)
      return searched(scene, { ...state, typed: undefined, search }, search, 1)
    }
    case 'backspace':
      return { ...state, typed: typed === '' ? undefined : [...typed].slice(0, -1).join('') }
    default:
      return { ...state, typed: (typed + text).slice(0, MOST_TYPED) }
  }
}

function searched(scene: Scene, state: ViewState, search: Search | undefined, step: 1 | -1): ViewState {
  if (search === undefined) return { ...state, message: 'No search yet. Press / and type a text.' }
  return wentTo(scene, state, search.fits, step, 'fits')
}

const nextError = (scene: Scene, state: ViewState, step: 1 | -1): ViewState =>
  wentTo(scene, state, (node) => scene.tree.hasFailed(node), step, 'has failed')

function wentTo(
  scene: Scene,
  state: ViewState,
  fits: (node: number) => boolean,
  step: 1 | -1,
  what: string,
): ViewState {
  const found = nextRow(scene, state, fits, step)
  if (found) return { ...found.state, message: found.wentRound ? roundMessage(step) : '' }
  const hidden = state.pathOnly ? ' on the critical path (c shows all)' : ''
  return { ...state, message: `No ${fits(state.cursor) ? 'other ' : ''}row${hidden} ${what}.` }
}

const roundMessage = (step: 1 | -1): string =>
  step === 1 ? 'Continued from the first row.' : 'Continued from the last row.'
