import { isHttpsOrLoopback } from '../../../loopback-host.ts'
import type { Browser } from '../../../ports/programs.ts'
import type { Screen } from '../../../ports/terminal.ts'
import { safeText } from '../../../text/safe-text.ts'
import { copied } from '../../../trace/view/copied.ts'
import { draw } from '../../../trace/view/draw.ts'
import { press, type Wish } from '../../../trace/view/press.ts'
import type { Scene } from '../../../trace/view/scene.ts'
import { scrolled, type ViewState } from '../../../trace/view/state.ts'

/** What a walk needs beyond the trace. */
export interface Surroundings {
  /** Where the trace came from, and its page in the back end's UI. */
  readonly source: { readonly name: string; readonly link: string | undefined }
  /** The command line that prints the same trace. */
  readonly printed: string
  /** Undefined: nobody would see one. */
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
  if (!isHttpsOrLoopback(url)) return `Not opened, since it is not https: ${safeText(url.href, 300)}`
  const isOpened = await (await browser())?.open(url)
  return `${isOpened ? 'Opened' : 'There is no browser here. Its page'}: ${safeText(url.href, 300)}`
}

async function copy(screen: Screen, text: string | undefined, printed: string): Promise<string> {
  if (text === undefined) return `Too long for a clipboard. Fold some rows, or: ${printed} -o md`
  if (!(await screen.copy(text))) return `This terminal takes no copies (OSC 52). Instead: ${printed} -o md`
  const lines = text.split('\n').length - 1
  return `Copied ${lines} lines as Markdown, if this terminal allows it (OSC 52).`
}
