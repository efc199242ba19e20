import { commandLine } from '../commands/command-line.ts'
import type { Invocation } from '../commands/invocation.ts'
import { findTrace, readTraceArgument, readTraceId } from '../commands/trace/find-trace.ts'
import { Failure } from '../errors.ts'
import { value } from '../frame/flag.ts'
import { ASKS_API, verb } from '../frame/verb.ts'
import { isHttpsOrLoopback } from '../loopback-host.ts'
import type { Browser } from '../ports/ports.ts'
import type { Screen } from '../ports/terminal.ts'
import { findDisplay } from '../session/flow/display.ts'
import { safeText } from '../text/safe-text.ts'
import { maskTrace } from '../trace/masking.ts'
import { buildTree } from '../trace/tree/trace-tree.ts'
import { copied, draw } from '../trace/view/draw.ts'
import { openState, revealed, scrolled, type ViewState } from '../trace/view/moves.ts'
import { press, type Wish } from '../trace/view/press.ts'
import { openScene, type Scene } from '../trace/view/scene.ts'
import { backendFlags, scale, sensitiveFlag } from './flags.ts'
import { withPicked } from './pick.ts'
import { isPicked, pickFlags } from './search-flags.ts'

/** `ls-auth trace view ID|FILE`: a trace to walk through, on the whole terminal. */
export const traceView = verb({
  args: '[id]',
  summary: 'browse one trace with keys (? lists them); [id] as in trace get',
  ...ASKS_API,
  exits: [...ASKS_API.exits, 130, 143],
  completes: ['files'],
  flags: {
    ...pickFlags,
    id: value('<id>', 'the trace', readTraceArgument, { argument: 0 }),
    trace: value('<id>', 'trace to use from a file with several', readTraceId),
    scale,
    ...backendFlags,
    ...sensitiveFlag,
  },
  formats: [],
  examples: [
    { does: 'by its id', line: 'ls-auth trace view 4bf92f3577b34da6a3ce929d0e0e4736' },
    { does: 'from a file, without signing in', line: 'ls-auth trace view trace.json' },
  ],
  async run(given, values, _, now) {
    const invocation = isPicked(given.options, []) ? await withPicked(given, [], now) : given
    const { ports, args, options: typed } = invocation
    const { scale = 'linear', showSensitive } = values
    if (args[0] === undefined)
      throw new Failure('usage', 'missing trace id', {
        hint: 'Add an id or a file, or use --latest, --slowest or --error-latest.',
      })
    const id = readTraceArgument(args[0])
    const wanted = typeof typed.trace === 'string' ? readTraceId(typed.trace) : undefined
    const { terminal } = ports
    const printed = commandLine({ ...invocation, command: 'trace get', args, options: typed })
    if (!terminal.hasScreen || typed.json === true) throw noScreen(invocation, printed)
    const { trace, name, link } = await findTrace(invocation, id, wanted)
    const tree = buildTree(showSensitive ? trace : maskTrace(trace).trace)
    if (tree.count === 0) throw new Failure('not-found', 'the trace holds no spans')
    const style = await terminal.style('out')
    const scene = openScene(tree, { unicode: terminal.unicode, style, scale })
    const begin = openState(scene)
    // The span that was asked for, where the id is that of one.
    const spanId = id.kind === 'file' || id.reference instanceof Failure ? undefined : id.reference.spanId
    const node = tree.spans.findIndex((span) => span.spanId === spanId)
    const state = node < 0 ? begin : revealed(scene, begin, node)
    // A starter of browsers may be there where no window can open. Windows opens one for WSL.
    const elsewhere = await findDisplay(ports.env, await ports.files())
    const isSeen = elsewhere === undefined || elsewhere.why === 'wsl'
    const browser = async () => (isSeen ? ports.browser() : undefined)
    await terminal.withScreen((screen) =>
      walk(screen, scene, state, { source: { name, link }, printed, browser }),
    )
    return undefined
  },
})

/** What a walk needs beyond the trace. */
interface Surroundings {
  /** Where the trace came from, and its page in the back end's UI. */
  readonly source: { readonly name: string; readonly link: string | undefined }
  /** The command line that prints the same trace. */
  readonly printed: string
  /** Undefined: no person would see one. */
  readonly browser: () => Promise<Browser | undefined>
}

/** Shows a trace and does what the keys say, until one of them quits or the input ends. */
export async function walk(
  screen: Screen,
  scene: Scene,
  begin: ViewState,
  surroundings: Surroundings,
): Promise<void> {
  let state = begin
  const show = (shown: ViewState): Promise<void> => {
    const { lines, cursor } = draw(scene, shown, screen)
    return screen.show(lines, cursor)
  }
  for (;;) {
    state = scrolled(state, screen)
    await show(state)
    const keys = await screen.next()
    if (keys === undefined) return
    // Keys that came while the screen was drawn are answered by one picture.
    for (const key of keys) {
      // The attributes of all spans may have to be read, which takes seconds for the largest traces.
      if (state.typed !== undefined && key.name === 'return')
        await show({ ...state, typed: undefined, message: 'Searching ...' })
      const pressed = press(scene, state, key, screen)
      state = pressed.state
      if (pressed.wish === 'quit') return
      if (pressed.wish !== undefined) {
        const message = await fulfil(pressed.wish, screen, scene, state, surroundings)
        state = { ...state, message }
      }
    }
  }
}

/** Gives what is to be said about it. */
function fulfil(
  wish: Exclude<Wish, 'quit'>,
  screen: Screen,
  scene: Scene,
  state: ViewState,
  { source, printed, browser }: Surroundings,
): Promise<string> {
  return wish === 'open' ? openPage(source, browser) : copy(screen, copied(scene, state, source), printed)
}

async function openPage(
  { name, link }: Surroundings['source'],
  browser: Surroundings['browser'],
): Promise<string> {
  if (link === undefined || !URL.canParse(link))
    return `No page of this trace is known: ${safeText(name, 40)} names none.`
  const url = new URL(link)
  if (!isHttpsOrLoopback(url)) return `Not opened, because it is not https: ${safeText(url.href, 300)}`
  const isOpened = await (await browser())?.open(url)
  return `${isOpened ? 'Opened' : 'There is no browser here. Its page'}: ${safeText(url.href, 300)}`
}

async function copy(screen: Screen, text: string | undefined, printed: string): Promise<string> {
  if (text === undefined) return `Too long for the clipboard. Fold some rows, or: ${printed} -o md`
  if (!(await screen.copy(text))) return `This terminal cannot copy (OSC 52). Instead: ${printed} -o md`
  const lines = text.split('\n').length - 1
  return `Copied ${lines} lines as Markdown, if this terminal allows it (OSC 52).`
}

/** Failure `usage`: no person can press a key, or the cursor cannot be moved. */
function noScreen({ ports: { env, terminal }, args, options }: Invocation, printed: string): Failure {
  const reason =
    options.json === true
      ? 'trace view is interactive and prints no JSON'
      : terminal.inIsTTY && terminal.outIsTTY && env.variables.TERM === 'dumb'
        ? 'trace view cannot move the cursor of this terminal (TERM=dumb)'
        : 'trace view needs a terminal'
  const hint =
    args[0] === '-' ? 'Save the trace to a file and open that, or print it: ' : 'Print the trace instead: '
  return new Failure('usage', reason, { hint: hint + printed })
}
