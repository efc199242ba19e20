import { expect, it } from 'vitest'
import type { Key, Screen } from '../../src/ports/terminal.ts'
import { UNSTYLED } from '../../src/text/unstyled.ts'
import { buildTree } from '../../src/trace/tree/trace-tree.ts'
import { openState } from '../../src/trace/view/moves.ts'
import { openScene } from '../../src/trace/view/scene.ts'
import { walk } from '../../src/verbs/trace-view.ts'
import { makeTrace, type Sketch } from '../trace/make.ts'

const PAGE = 'https://traces.example/trace/1122'

interface Given {
  readonly keys?: readonly string[]
  readonly link?: string | undefined
  readonly takesCopies?: boolean
  readonly hasBrowser?: boolean
  readonly spans?: readonly Sketch[]
}

/** Walks with these keys until the input ends; a key is one character, or `\r`. */
async function walked(given: Given) {
  const { keys = [], takesCopies = true, hasBrowser = true, spans } = given
  const link = 'link' in given ? given.link : PAGE
  const tree = buildTree(
    makeTrace(
      ...(spans ?? [
        { id: 1, name: 'root', ms: 5 },
        { id: 2, parent: 1, ms: 1 },
      ]),
    ),
  )
  const scene = openScene(tree, { unicode: true, style: UNSTYLED })
  const left = keys.map(
    (text): Key => ({ name: text === '\r' ? 'return' : text, text: text.trim(), ctrl: false }),
  )
  const pictures: (readonly string[])[] = []
  const copies: string[] = []
  const opened: string[] = []
  const screen: Screen = {
    columns: 80,
    rows: 24,
    show: async (lines) => void pictures.push(lines),
    next: async () => (left.length > 0 ? left.splice(0, 1) : undefined),
    async copy(text) {
      if (takesCopies) copies.push(text)
      return takesCopies
    },
  }
  const browser = async () =>
    hasBrowser ? { open: async (url: URL) => opened.push(url.href) > 0 } : undefined
  const source = { name: 'Tempo', link }
  await walk(screen, scene, openState(scene), { source, printed: 'ls-auth trace get 1122', browser })
  return { pictures, copies, opened, left: left.length, last: pictures.at(-1)?.at(-1) }
}

it('ends with q, and with the end of the input', async () => {
  expect((await walked({ keys: ['q', 'j'] })).left).toBe(1)
  expect((await walked({})).pictures).toHaveLength(1)
})

it('y copies what is shown as Markdown, and does not promise that it arrived', async () => {
  const { copies, last } = await walked({ keys: ['y'] })
  expect(copies).toHaveLength(1)
  expect(copies[0]).toMatch(
    /^## Trace 11223344556677888899aabbccddeeff\n[\s\S]*<https:[\s\S]*root[\s\S]*```\n$/,
  )
  expect(last).toMatch(/^Copied \d+ lines as Markdown, if this terminal allows it/)
})

it('y leaves out what is folded, and in the details of a span copies those', async () => {
  const folded = await walked({ keys: ['-', 'y'] })
  expect(folded.copies[0]).toContain('1 of 2 spans shown (as in trace view)\n')
  expect(folded.copies[0]).not.toContain('└ span 2')
  expect((await walked({ keys: ['\r', 'y'] })).copies[0]).toMatch(/^```text\nroot\n/)
})

it.each([
  ['its page', PAGE, [PAGE], `Opened: ${PAGE}`],
  ['no page', undefined, [], 'No page of this trace is known: Tempo names none.'],
  ['a page on this machine', 'http://127.0.0.1:16686/trace/1', ['http://127.0.0.1:16686/trace/1'], /^Opened/],
  [
    'a page that anybody could read along',
    'http://traces.example/',
    [],
    /^Not opened, because it is not https/,
  ],
  ['no web page', 'file:///etc/passwd', [], /^Not opened/],
])('o: %s', async (_, link, opened, said) => {
  const shown = await walked({ keys: ['o'], link })
  expect(shown.opened).toEqual(opened)
  expect(shown.last).toMatch(said)
})
