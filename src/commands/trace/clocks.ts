import { formatDuration } from '../../trace/render/format-duration.ts'
import { glyphsFor } from '../../trace/render/glyphs.ts'
import { adjustSkew, LEAST_SKEW_NANOS, movedBy, shiftsOf } from '../../trace/tree/skew.ts'
import { buildTree, type TraceTree } from '../../trace/tree/trace-tree.ts'
import { type Invocation, tell } from '../invocation.ts'
import { counted } from './found/found-words.ts'

/** The clocks of many traces: corrects them where `--skew` asks for it, else counts the traces in which they may differ. */
export class Clocks {
  readonly #skew: boolean
  #traces = 0
  #skewed = 0
  #moved = 0
  #mostNanos = 0

  constructor(skew: boolean) {
    this.#skew = skew
  }

  /** In how many traces they differ, as far as anyone can tell. */
  get skewed(): number {
    return this.#skewed
  }

  /** How many spans were moved. */
  get moved(): number {
    return this.#moved
  }

  /** Counts a trace, and gives the tree to look at. */
  add(tree: TraceTree): TraceTree {
    this.#traces++
    if (!tree.hasOutside) return tree
    if (!this.#skew) {
      if (movedBy(tree, shiftsOf(tree)).mostNanos >= LEAST_SKEW_NANOS) this.#skewed++
      return tree
    }
    const { trace, moved, mostNanos } = adjustSkew(tree)
    if (moved === 0) return tree
    this.#skewed++
    this.#moved += moved
    this.#mostNanos = Math.max(this.#mostNanos, mostNanos)
    return buildTree(trace)
  }

  /** What to say of them; undefined: nothing. */
  note(unicode: boolean): { readonly code: 'clocks'; readonly text: string } | undefined {
    const text = this.#skew ? this.#adjusted(glyphsFor(unicode).micro) : this.#mayDiffer()
    return text === undefined ? undefined : { code: 'clocks', text }
  }

  /** The note for a person; `of`: whose traces they are. */
  tell(invocation: Invocation, of = ''): void {
    const note = this.note(invocation.ports.terminal.unicode)
    if (note !== undefined) tell(invocation, `note: ${of}${note.text}`)
  }

  #adjusted(micro: string): string {
    if (this.#moved === 0) return 'clocks of other hosts agree; moved no spans'
    const by = formatDuration(this.#mostNanos, micro)
    return `clocks adjusted${this.#where()}: ${counted(this.#moved, 'span')} moved by up to ${by}`
  }

  #mayDiffer(): string | undefined {
    if (this.#skewed === 0) return undefined
    const where = this.#where().trimStart()
    return `${where}${where && ' '}spans lie outside their parents: clocks may differ; --skew corrects them`
  }

  /** Of one trace nobody need be told which. */
  #where(): string {
    return this.#traces === 1 ? '' : ` in ${this.#skewed} of ${this.#traces} traces`
  }
}
