import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import type { Style } from '../../../src/ports/terminal.ts'
import { UNSTYLED } from '../../../src/text/unstyled.ts'
import { readLightstepTrace } from '../../../src/trace/formats/lightstep/lightstep-json.ts'
import type { Trace } from '../../../src/trace/model.ts'
import { agentText } from '../../../src/trace/render/agent/agent-text.ts'
import { renderPlain } from '../../../src/trace/render/waterfall/plain.ts'
import { planRows } from '../../../src/trace/render/waterfall/rows.ts'
import { renderWaterfall, type WaterfallOptions } from '../../../src/trace/render/waterfall/waterfall.ts'
import { adjustSkew } from '../../../src/trace/tree/skew.ts'
import { buildTree } from '../../../src/trace/tree/trace-tree.ts'
import { runsOf } from '../../property-runs.ts'
import * as world from '../../world/trace-data.ts'
import { anyTrace } from '../any-trace.ts'
import { EPOCH, makeChain, makeTrace, type Sketch } from '../make.ts'

function draw(trace: Trace, options: Partial<WaterfallOptions> = {}): string[] {
  return [...renderWaterfall(buildTree(trace), { width: 80, unicode: true, style: UNSTYLED, ...options })]
}

/** From the axis on. */
const rowsOf = (lines: readonly string[]) => lines.slice(lines.findIndex((line) => line.includes('│0')))

const colour = (code: number) => (text: string) => (text === '' ? '' : `\u001b[${code}m${text}\u001b[0m`)
const painted: Style = {
  bold: colour(1),
  dim: colour(2),
  red: colour(31),
  green: colour(32),
  yellow: colour(33),
  inverse: colour(7),
  palette: (index, text) => colour(90 + (index % 6))(text),
}

const CHECKOUT: Sketch[] = [
  { id: 1, name: 'POST /checkout', service: 'frontend', ms: 480, status: 'error', kind: 'server' },
  { id: 2, parent: 1, name: 'load cart', service: 'cart', at: 10, ms: 60 },
  ...Array.from({ length: 12 }, (_, i) => ({
    id: 20 + i,
    parent: 2,
    name: 'redis GET',
    service: 'cart',
    at: 12 + i * 4,
    ms: 3,
  })),
  { id: 3, parent: 1, name: 'charge', service: 'payment', at: 80, ms: 400, status: 'error' },
  {
    id: 4,
    parent: 3,
    name: 'POST card-network',
    service: 'payment',
    at: 90,
    ms: 380,
    status: 'error',
    message: 'deadline exceeded',
  },
  { id: 5, parent: 1, name: 'send receipt', service: 'email', at: 470, ms: 38_210, kind: 'consumer' },
  { id: 6, parent: 99, name: 'lost', service: 'cart', at: 100, ms: 20 },
]

test('a checkout in 80 columns', () => {
  expect(
    `\n${draw(makeTrace(...CHECKOUT), { now: Number(EPOCH / 1_000_000n) + 7_300_000 }).join('\n')}\n`,
  ).toMatchInlineSnapshot(`
    "
    trace 11223344556677888899aabbccddeeff · 480ms + 38.2s async tail · 18 spans
    4 services · ✗ 3 errors · 2026-09-21T14:13:20.000Z (2h ago)

    where the errors began
      ✗ POST card-network  payment  0000000000000004
        deadline exceeded

    slowest by self time
        38.2s tail  send receipt       email    0000000000000005
        380ms  79%  POST card-network  payment  0000000000000004
       24.0ms   5%  load cart          cart     0000000000000002

    repeated calls (N+1?)
      12× redis GET  cart  0000000000000014
        under load cart: 36.0ms in all, about 3.00ms each, one after another

                                                        │0          │200ms
    ✗ POST /checkout                 frontend    480ms  █━━━█━━━━━━━━━━━━━━━━━━━━━━✗
    ├ load cart                          cart   60.0ms  ▐███▏
    │ └ 12× redis GET  p50 3.00ms  p99 3.00ms  Σ36.0ms  ▕▉▐▌
    ├ ✗ charge                        payment    400ms      ▐━━━━━━━━━━━━━━━━━━━━━━✗
    │ └ ✗ POST card-network                      380ms       ▐█████████████████████✗
    └ send receipt                      email    38.2s                   ┄▶ +38.2s ━
    ── 1 span under 0000000000000063, which is not in the trace ────────────────────
    lost                                 cart   20.0ms       ▕█

    █ critical path   ━ waiting or off it   ✗ error   ┄▶ goes on past the axis
    Σ sum of a fold

    1 span ran past the end of the root, by up to 38.2s
    12 spans folded into 1 row; --unfold shows each
    "
  `)
})

test('the same in ASCII', () => {
  const lines = draw(makeTrace(...CHECKOUT), { unicode: false })
  expect(lines.join('\n')).toMatch(/^[\x20-\x7e\n]*$/)
  expect(`\n${lines.slice(0, 28).join('\n')}\n`).toMatchInlineSnapshot(`
    "
    trace 11223344556677888899aabbccddeeff - 480ms + 38.2s async tail - 18 spans
    4 services - x 3 errors - 2026-09-21T14:13:20.000Z

    where the errors began
      x POST card-network  payment  0000000000000004
        deadline exceeded

    slowest by self time
        38.2s tail  send receipt       email    0000000000000005
        380ms  79%  POST card-network  payment  0000000000000004
       24.0ms   5%  load cart          cart     0000000000000002

    repeated calls (N+1?)
      12x redis GET  cart  0000000000000014
        under load cart: 36.0ms in all, about 3.00ms each, one after another

                                                            |0        |200ms
    x POST /checkout                      frontend   480ms  #==#===================x
    |-load cart                               cart  60.0ms  ####
    | \`-12x redis GET                               36.0ms  ###
    |     p50 3.00ms  p99 3.00ms  sum 36.0ms
    |-x charge                             payment   400ms      #==================x
    | \`-x POST card-network                          380ms      ###################x
    \`-send receipt                           email   38.2s              ..> +38.2s |
    -- 1 span under 0000000000000063, which is not in the trace --------------------
    lost                                      cart  20.0ms       #

    # critical path   = waiting or off it   x error   ..> goes on past the axis
    "
  `)
})

describe('what is said', () => {
  const text = draw(makeTrace(...CHECKOUT)).join('\n')
  test.each([
    ['the tail', /38\.2s async tail/],
    ['where it runs off', /┄▶ \+38\.2s/],
    ['the missing parent', /1 span under 0000000000000063, which is not in the trace/],
    ['the fold', /12× redis GET/],
    ['its figures', /p50 3\.00ms {2}p99 3\.00ms/],
    ['its sum', /Σ36\.0ms/],
    ['what is hidden and how to see it', /12 spans folded into 1 row; --unfold shows each/],
    [
      'where the errors began',
      /where the errors began\n {2}✗ POST card-network {2}payment {2}0000000000000004\n {4}deadline exceeded/,
    ],
    [
      'a loop of calls',
      /12× redis GET.*\n.*under load cart: 36\.0ms in all, about 3\.00ms each, one after another/,
    ],
    [
      'the slowest',
      /slowest by self time\n +38\.2s tail {2}send receipt .*\n +380ms +79% {2}POST card-network/,
    ],
    ['what the marks mean', /█ critical path/],
  ])('%s', (_, pattern) => {
    expect(text).toMatch(pattern)
  })

  test('with --unfold nothing is folded', () => {
    const lines = draw(makeTrace(...CHECKOUT), { fold: false })
    expect(lines.filter((line) => /[├└] redis GET/.test(line))).toHaveLength(12)
    expect(lines.join('\n')).not.toContain('folded')
  })

  test('a trace of no spans', () => {
    expect(draw(makeTrace()).join('\n')).toMatch(/0 spans[\s\S]*The trace holds no spans\./)
  })

  test('broken times', () => {
    const text = draw(makeTrace({ id: 1, ms: 5 }, { id: 2, parent: 1, marks: ['end-before-start'] })).join(
      '\n',
    )
    expect(text).toContain('1 span ended before it began: shown with no duration')
  })

  test.each([1, 2])('that a span is its own parent, where its source makes it a root: %i', (spans) => {
    const text = draw(
      makeTrace(...[1, 2].slice(0, spans).map((id) => ({ id, ms: 5, marks: ['own-parent' as const] }))),
    )
    const told = `${spans === 1 ? '1 span' : '2 spans'} with a parent id equal to the span id: shown as a root`
    expect(text).toContain(told)
  })

  test('where a span without a start is shown, of both kinds', () => {
    const marks = ['start-missing'] as const
    const ofTrace = 'without a start time: shown at the start of the trace'
    const ofParent = 'without a start time: shown at the start of the parent'
    const told = (...sketches: Sketch[]) =>
      draw(makeTrace({ id: 1, at: 3, ms: 5 }, ...sketches)).filter((line) => line.includes('without a start'))
    const inTree = { id: 2, parent: 1, ms: 1, marks }
    expect(told(inTree)).toEqual([`1 span ${ofParent}`])
    expect(told({ id: 3, ms: 1, marks })).toEqual([`1 span ${ofTrace}`])
    expect(told({ id: 3, parent: 3, ms: 1, marks })).toEqual([`1 span ${ofTrace}`])
    expect(told({ id: 3, parent: 9, ms: 1, marks }, { id: 4, ms: 1, marks }, inTree)).toEqual([
      `1 span ${ofParent}`,
      `2 spans ${ofTrace}`,
    ])
  })

  test('a service is named where it changes', () => {
    const lines = rowsOf(draw(makeTrace(...CHECKOUT))).filter((line) => /charge|card-network/.test(line))
    expect(lines[0]).toContain('payment')
    expect(lines[1]).not.toContain('payment')
  })

  test('an error is told without colour', () => {
    const rows = rowsOf(draw(makeTrace(...CHECKOUT)))
    expect(rows.filter((line) => /✗.*✗$/.test(line))).toHaveLength(3)
  })
})

/** Whatever a trace says, no line may move the cursor, and none may wrap. */
function expectSound(lines: readonly string[], width: number): void {
  for (const line of lines) {
    expect(line).not.toMatch(
      /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udbff](?![\udc00-\udfff])/,
    )
    expect(stringWidth(line), JSON.stringify(line)).toBeLessThanOrEqual(width)
    expect(line).toBe(line.trimEnd() === '' ? '' : line)
  }
}

test('no line is wider than the terminal, for any trace, at 20 to 250 columns', () => {
  fc.assert(
    fc.property(
      anyTrace,
      fc.integer({ min: 20, max: 250 }),
      fc.boolean(),
      fc.boolean(),
      (trace, width, unicode, fold) => {
        expectSound(draw(trace, { width, unicode, fold, now: Number(EPOCH / 1_000_000n) + 5e6 }), width)
      },
    ),
    { numRuns: runsOf(300) },
  )
})

test('colour changes no text', () => {
  fc.assert(
    fc.property(anyTrace, fc.integer({ min: 40, max: 250 }), (trace, width) => {
      const lines = draw(trace, { width, style: painted }).map((line) => stripVTControlCharacters(line))
      expect(lines).toEqual(draw(trace, { width }))
    }),
  )
})

test('every span has a row or is counted in a fold', () => {
  fc.assert(
    fc.property(anyTrace, fc.boolean(), (trace, fold) => {
      const tree = buildTree(trace)
      const { groups: strips, folds } = planRows(tree, fold)
      const shown = strips.flatMap(({ nodes }) => nodes.flatMap((node) => folds.get(node)?.members ?? [node]))
      expect(shown).toHaveLength(trace.spans.length)
      expect(new Set(shown.map((node) => tree.span(node)))).toEqual(new Set(trace.spans))
    }),
  )
})

test.each([40, 60, 80, 120, 200, 250])(
  'the checkout of the test world in %s columns, hostile too',
  (width) => {
    for (const made of [
      world.makeTrace({ seed: 1 }),
      world.withHostileText(world.makeTrace({ seed: 2, spans: 120 })),
    ]) {
      const trace = readLightstepTrace(world.toStoredTraces(made, made.spans[0]?.spanId ?? '')) as Trace
      expectSound(draw(trace, { width }), width)
      expectSound(draw(trace, { width, unicode: false }), width)
    }
  },
)

test.each([40, 60, 80, 120])(
  'in %s columns the ids of what was slow and what failed are there, whole',
  (width) => {
    const lines = draw(makeTrace(...CHECKOUT), { width })
    const verdicts = lines.slice(0, -rowsOf(lines).length).join('\n')
    for (const id of ['0000000000000004', '0000000000000005', '0000000000000014'])
      expect(verdicts).toContain(id)
  },
)

test('what broke stands before the rows: it is on the first page of a pager', () => {
  const lines = draw(makeTrace(...CHECKOUT))
  expect(lines.indexOf('where the errors began')).toBeLessThan(5)
  expect(rowsOf(lines).join('\n')).not.toMatch(/slowest/)
})

/** A message with a line break, a tab and what could steer a terminal. */
const LINES = 'invalid input:\r\n\tname\n\n\tage\u001b[2J\rx\u2028y\n'
const SAYS = 'invalid input: name age\\u{1b}[2J x\\u{2028}y'

test.each([
  ['waterfall', (trace: Trace) => draw(trace)],
  ['waterfall in ASCII', (trace: Trace) => draw(trace, { unicode: false })],
  ['plain text', (trace: Trace) => [...renderPlain(buildTree(trace), { width: 80 })]],
  [
    'agent',
    (trace: Trace) =>
      agentText(buildTree(trace), { source: 'x', more: { steps: [], lists: '' } }).split('\n'),
  ],
] as const)(
  'where an error began, the lines of its message stand in one, with blanks between: %s',
  (_, drawn) => {
    const failed: Sketch = { id: 1, ms: 5, name: 'charge', status: 'error', message: LINES }
    const lines = drawn(makeTrace(failed))
    expect(lines[lines.indexOf('where the errors began') + 2]).toBe(`    ${SAYS}`)
  },
)

test('twelve services have twelve colours', () => {
  const services = Array.from({ length: 12 }, (_, i) => `service-${i}`)
  const seen = new Map<string, number>()
  const style: Style = { ...UNSTYLED, palette: (index, text) => seen.set(text, index % 12) && text }
  const spans = services.map((service, i) => ({ id: i + 1, service, at: i, ...(i > 0 && { parent: 1 }) }))
  draw(makeTrace(...spans), { width: 120, style })
  expect(new Set(services.map((service) => seen.get(service))).size).toBe(12)
})

describe('clocks that may differ are hinted at wherever --skew moves a span', () => {
  const drawn = (...spans: Sketch[]) =>
    draw(makeTrace(...spans))
      .join(' ')
      .replace(/\s+/g, ' ')
  const call = (ms: number) => ({ id: 1, name: 'call', service: 'a', kind: 'client', ms }) as const
  const server = (at: number, ms: number) =>
    ({ id: 2, parent: 1, name: 'serve', service: 'b', kind: 'server', at, ms }) as const

  test('a little before the root, where the axis shows it', () => {
    expect(drawn(call(100), server(-20, 80))).toContain(
      '1 span began before the root, by up to 20.0ms: clocks may differ; --skew corrects them',
    )
  })

  test('far before the root, where most spans are', () => {
    const below = { id: 3, parent: 2, service: 'b', at: -490, ms: 30 }
    expect(drawn(call(100), server(-500, 50), below)).toContain(
      '2 spans began before the root, by up to 500ms: clocks may differ; --skew corrects them',
    )
  })

  test('inside the root, outside of its caller', () => {
    const spans = [{ id: 9, service: 'a', ms: 300 }, { ...call(100), parent: 9, at: 100 }, server(40, 50)]
    expect(drawn(...spans)).toContain('clocks may differ: --skew moves 1 span, by up to 85.0ms')
    expect(drawn(...spans)).not.toContain('began before the root')
  })

  test('not where the clocks agree, nor where it was corrected', () => {
    expect(drawn(call(100), server(10, 80))).not.toContain('clocks')
    // Times that were cut to microseconds.
    const cut = [
      { id: 9, service: 'a', ms: 300 },
      { ...call(100), parent: 9, at: 100 },
    ] as const
    expect(drawn(...cut, server(99.9994, 100))).not.toContain('clocks')
    const { trace: mended } = adjustSkew(buildTree(makeTrace(call(100), server(-20, 80))))
    expect(draw(mended).join('\n')).not.toContain('clocks may')
  })
})

test('a short tail is noted as the header says it, but not past a root whose end nobody knows', () => {
  const tail = { id: 2, parent: 1, at: 10, ms: 110 }
  expect(draw(makeTrace({ id: 1, ms: 100 }, tail))).toContain(
    '1 span ran past the end of the root, by up to 20.0ms',
  )
  const endless = makeTrace({ id: 1, marks: ['end-missing'] }, tail, { id: 3, at: 0, ms: 50 })
  expect(draw(endless).join('\n')).not.toContain('past the end of the root')
})

describe('shares of self time are of the time that the header tells', () => {
  const shares = (...spans: Sketch[]) =>
    draw(makeTrace(...spans)).flatMap(
      (line) => /^ +\S+ +(\S+) {2}(span \d+) /.exec(line)?.slice(1).join(' ') ?? [],
    )

  test('where the axis shows more', () => {
    const before = { id: 2, parent: 1, service: 'b', kind: 'server', at: -500, ms: 50 } as const
    const below = { id: 3, parent: 2, service: 'b', at: -490, ms: 30 }
    expect(shares({ id: 1, kind: 'client', ms: 100 }, before, below)).toEqual([
      '100% span 1',
      'before span 3',
      'before span 2',
    ])
  })

  test('what ended after the root is tail, also where the axis shows it', () => {
    const tail = { id: 2, parent: 1, service: 'b', at: 10, ms: 110 }
    expect(shares({ id: 1, ms: 100 }, tail, { id: 3, parent: 1, at: 20, ms: 60 })).toEqual([
      'tail span 2',
      '60% span 3',
      '10% span 1',
    ])
  })

  test('what began before the root counts as far as it ran inside, and has a word where most of it did not', () => {
    const root = { id: 1, at: 100, ms: 100 }
    const below = (id: number, at: number, ms: number) => ({ id, parent: 1, service: `b${id}`, at, ms })
    expect(shares(root, below(2, 40, 150))).toContain('90% span 2')
    expect(shares(root, below(3, 10, 120))).toContain('before span 3')
    expect(shares(root, below(4, 0, 210))).toContain('outside span 4')
    expect(shares(root, below(5, 90, 111))).toContain('100% span 5')
    expect(shares(root, below(6, 150, 300))).toContain('tail span 6')
    expect(shares(root, below(7, 99, 300))).toContain('tail span 7')
  })

  test('of a root whose end nobody knows: of what is known, and nothing is tail', () => {
    const endless = { id: 1, ms: 0, marks: ['end-missing'] } as const
    expect(shares(endless, { id: 2, parent: 1, ms: 100 }, { id: 3, ms: 50 })).toEqual([
      '100% span 2',
      '50% span 3',
    ])
  })
})

describe('spans that began before the root', () => {
  const early = (service: string) =>
    makeTrace({ id: 1, at: 1000, ms: 100 }, { id: 2, parent: 1, at: 10, ms: 50, service })

  test('name the flag that repairs it', () => {
    expect(draw(early('cart')).join('\n')).toMatch(/clocks may differ; --skew\s+corrects\s+them/)
  })

  test.each([
    ['of the same service, which has one clock', early('shop')],
    ['in a trace whose clocks were corrected already', adjustSkew(buildTree(early('cart'))).trace],
    [
      'of a service that --skew leaves where it is, beside a root of its own',
      makeTrace({ id: 1, at: 1000, ms: 100 }, { id: 2, at: 10, ms: 50, service: 'cart' }),
    ],
  ])('%s: no flag and no clocks, which would not help', (_, trace) => {
    const text = draw(trace, { clocks: { moved: 0, mostNanos: 0 } }).join('\n')
    expect(text).not.toMatch(/clocks\s+may\s+differ|--skew/)
  })

  test('that no clock explains: the fact alone', () => {
    expect(draw(early('shop'))).toContain('1 span began before the root, by up to 990ms')
  })
})

test('20,000 levels are drawn: a chain as one level, branches as far as they fit', () => {
  const chain = draw(makeChain(20_000))
  expect(chain.some((line) => line.startsWith('↳ span 20000 '))).toBe(true)
  const branches = Array.from({ length: 20_000 }, (_, i) => ({ id: i + 2, parent: i - (i % 2) + 1 }))
  const lines = draw(makeTrace({ id: 1 }, ...branches))
  expect(lines.some((line) => /^[│ ]+⋯9999 /.test(line))).toBe(true)
  expectSound(chain.slice(-200), 80)
  expectSound(lines.slice(-200), 80)
})
