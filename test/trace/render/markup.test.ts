import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { markup } from '../../../src/text/markup.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { renderHtml } from '../../../src/trace/render/html.ts'
import { renderSvg } from '../../../src/trace/render/svg.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { contrast } from '../../process/text-contrast.ts'
import { anyTrace } from '../any-trace.ts'
import { HOSTILE, traceOf } from '../hostile-texts.ts'
import { makeChain, makeTrace } from '../make.ts'

const SOURCE = { name: 'file x.json' }
const html = (trace: Trace) => [...renderHtml(buildTree(trace), { source: SOURCE })].join('')
const svg = (trace: Trace) => [...renderSvg(buildTree(trace), { source: SOURCE })].join('')
const tags = (text: string) => text.match(/<[^>]*>/g)

/** What XML 1.0 allows (section 2.2), the lone halves of pairs left out. */
const XML = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u

const anyText = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '!', '-', ' ', 'a', '\n'), maxLength: 20 }),
)

describe('one text', () => {
  test('is no markup, and reads as it was', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const escaped = markup(text)
        expect(escaped).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/)
        expect(escaped).toMatch(XML)
      }),
    )
    expect(markup('a < b && "c"\nd')).toBe('a &lt; b &amp;&amp; &quot;c&quot;\nd')
  })
})

/** A title says what its row says; everything else of a tag is ours. */
describe.each([
  ['a page', html],
  ['a picture', svg],
])('%s', (_, draw) => {
  const plain = draw(traceOf('text'))

  test('has the same elements whatever the texts of the trace are', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const drawn = draw(traceOf(`x${text}`))
        expect(tags(drawn)?.map(kind)).toEqual(tags(plain)?.map(kind))
        expect(drawn).toMatch(XML)
      }),
      { numRuns: 60 },
    )
  })

  test('is drawn of any trace', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        expect(draw(trace)).toMatch(XML)
      }),
      { numRuns: 60 },
    )
    expect(draw(makeChain(3000))).toMatch(XML)
  })
})

/** The element and its class: where a text is longer, what stands beside it is elsewhere. */
const kind = (tag: string) => tag.replace(/ (d|x|y|y1|y2|height|width|viewBox|text-anchor)="[^"]*"/g, '')

test('the page allows its own style and script, and nothing else', () => {
  const page = html(traceOf('text'))
  const hash = (text: string | undefined) =>
    `&#39;sha256-${createHash('sha256').update(String(text)).digest('base64')}&#39;`
  const style = hash(/<style>([\s\S]*?)<\/style>/.exec(page)?.[1])
  const script = hash(/<script>([\s\S]*?)<\/script>/.exec(page)?.[1])
  expect(page).toContain(
    `content="default-src &#39;none&#39;; style-src ${style}; script-src ${script}; base-uri &#39;none&#39;; form-action &#39;none&#39;"`,
  )
  expect(page).not.toMatch(/ (style|on\w+|src)=/)
})

test('each row has an address that stays, also where spans share an id', () => {
  const page = html(makeTrace({ id: 1 }, { id: 2, parent: 1 }, { id: 2, parent: 1, ms: 2 }))
  expect(page.match(/ id="s-[^"]*"/g)).toEqual([
    ' id="s-0000000000000001"',
    ' id="s-0000000000000002"',
    ' id="s-0000000000000002-2"',
  ])
})

test('only an address of the web becomes a link', () => {
  const draw = (link: string) =>
    [...renderHtml(buildTree(makeTrace({ id: 1 })), { source: { name: 'x', link } })].join('')
  expect(draw('https://ui.example/trace/1?a="b')).toContain('href="https://ui.example/trace/1?a=&quot;b"')
  expect(draw('javascript:alert(1)')).not.toContain('javascript')
})

describe('bars stand out from what is behind them: 3 to 1 at least, as WCAG 2.2, 1.4.11 wants of graphics', () => {
  const LEAST = 3
  /** A service for each colour and more, and a span that failed. */
  const many = makeTrace(
    ...Array.from({ length: 30 }, (_, i) => ({ id: i + 1, service: `service ${i}`, at: i, ms: 5 })),
    { id: 31, ms: 5, status: 'error' },
  )
  const rgb = (hex: string) => {
    const [, red = '', green = '', blue = ''] =
      /^#(\w\w)(\w\w)(\w\w)$/.exec(hex.replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3')) ?? []
    return `rgb(${[red, green, blue].map((part) => Number.parseInt(part, 16)).join(', ')})`
  }
  const faint = (colours: readonly string[], back: string) =>
    [...new Set(colours)].filter((colour) => contrast(rgb(colour), rgb(back)) < LEAST)

  test('on a page, by day and by night', () => {
    const page = html(many)
    const classes = new Set([...page.matchAll(/<path class="(\w+)"/g)].map(([, name]) => name as string))
    const schemes = [...page.matchAll(/:root\{([^}]*--back[^}]*)\}/g)].map(([, text = '']) =>
      Object.fromEntries([...text.matchAll(/(--\w+):(#\w+)/g)].map(([, name, value]) => [name, value])),
    )
    expect(schemes.map((one) => one['--back'])).toEqual(['#fff', '#16181c'])
    for (const scheme of schemes) {
      const colours = [...classes].map((name) => {
        const [, fill = ''] = new RegExp(`\\.${name}\\{fill:([^}]+)\\}`).exec(page) ?? []
        return scheme[/^var\((.*)\)$/.exec(fill)?.[1] ?? ''] ?? fill
      })
      expect(colours.length).toBeGreaterThan(10)
      expect(faint(colours, scheme['--back'] as string)).toEqual([])
      // Of a row that was linked to or found.
      expect(faint(colours, scheme['--mark'] as string)).toEqual([])
    }
  })

  test('on a picture', () => {
    const [back = '', ...bars] = [...svg(many).matchAll(/<rect [^>]*fill="(#\w+)"/g)].map(
      ([, fill]) => fill as string,
    )
    expect(new Set(bars).size).toBeGreaterThan(10)
    expect(faint(bars, back)).toEqual([])
  })
})
