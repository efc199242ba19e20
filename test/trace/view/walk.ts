import type { Key } from '../../../src/ports/terminal.ts'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { draw } from '../../../src/trace/view/draw.ts'
import { openState, type Size, type ViewState } from '../../../src/trace/view/moves.ts'
import { type Pressed, press } from '../../../src/trace/view/press.ts'
import { openScene, type Scene } from '../../../src/trace/view/scene.ts'

/** Keys with a name and no text, as Node's decoder gives them. */
const NAMED = [
  'up',
  'down',
  'pageup',
  'pagedown',
  'home',
  'end',
  'left',
  'right',
  'return',
  'escape',
  'backspace',
] as const

/** A key by its name, by the character that it types, with Ctrl: `ctrl-u`, or a paste: `paste:text`. */
export function keyOf(word: string): Key {
  if (word.startsWith('paste:')) return { name: 'paste', text: word.slice(6), ctrl: false }
  if ((NAMED as readonly string[]).includes(word)) return { name: word, text: '', ctrl: false }
  const withCtrl = /^ctrl-(.)$/.exec(word)?.[1]
  if (withCtrl !== undefined) return { name: withCtrl, text: '', ctrl: true }
  return { name: word === ' ' ? 'space' : word.toLowerCase(), text: word, ctrl: false }
}

/** A walk through a trace: keys are pressed one after another, each at its state. */
export interface Walk {
  readonly scene: Scene
  readonly state: ViewState
  readonly last: Pressed
  readonly size: Size
  /** The name of the span that the cursor is on. */
  readonly on: string
  /** The names of the rows, from the top. */
  readonly names: readonly string[]
  readonly lines: readonly string[]
  /** Words are keys of {@link keyOf}; a text behind `/` is typed character by character. */
  press(...words: readonly string[]): Walk
}

/** Begins a walk on a screen of 80 columns and 24 lines, if not said. */
export function walkThrough(trace: Trace, size: Size = { columns: 80, rows: 24 }, unicode = true): Walk {
  const scene = openScene(buildTree(trace), { unicode, style: UNSTYLED })
  return at(scene, { state: openState(scene) }, size)
}

function at(scene: Scene, last: Pressed, size: Size): Walk {
  const { state } = last
  const nameOf = (node: number) => scene.tree.span(node).name
  return {
    scene,
    state,
    last,
    size,
    on: nameOf(state.cursor),
    names: [...state.rows.lines].filter((node) => node >= 0).map(nameOf),
    lines: draw(scene, state, size).lines,
    press: (...words) =>
      at(
        scene,
        words
          .flatMap((word) => (word.startsWith('/') ? [...word].map(keyOf) : [keyOf(word)]))
          .reduce((before, key) => press(scene, before.state, key, size), last),
        size,
      ),
  }
}
