import { describe, expect, it } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import type { Span, Trace } from '../../../src/trace/model.ts'
import { copied } from '../../../src/trace/view/copied.ts'
import { makeChain, makeSpan, makeTrace, type Sketch } from '../make.ts'
import { walkThrough } from './walk.ts'

const CHECKOUT: Sketch[] = [
  { id: 1, name: 'POST /checkout', service: 'frontend', ms: 480, status: 'error', kind: 'server' },
  { id: 2, parent: 1, name: 'load cart', service: 'cart', at: 10, ms: 60 },
  ...Array.from({ length: 6 }, (_, i) => ({
    id: 20 + i,
    parent: 2,
    name: 'redis GET',
    service: 'cart',
    at: 12 + i * 4,
    ms: 3,
  })),
  { id: 3, parent: 1, name: 'charge', service: 'payment', at: 80, ms: 400, status: 'error' },
  { id: 4, parent: 3, name: 'POST card', service: 'payment', at: 90, ms: 380, status: 'error' },
  { id: 6, parent: 99, name: 'lost', service: 'cart', at: 100, ms: 20 },
]
const ROWS = ['POST /checkout', 'load cart', 'redis GET', 'charge', 'POST card', 'lost']
const open = () => walkThrough(makeTrace(...CHECKOUT))

describe('moving', () => {
  it('begins at the first row, with the rows that trace get draws', () => {
    expect(open().on).toBe('POST /checkout')
    expect(open().names).toEqual(ROWS)
  })

  it.each<[keys: string[], on: string]>([
    [['down'], 'load cart'],
    [['down', 'down', 'up'], 'load cart'],
    [['up'], 'POST /checkout'],
    [['end'], 'lost'],
    [['end', 'down'], 'lost'],
    [['end', 'home'], 'POST /checkout'],
    [['G'], 'lost'],
    [['G', 'g'], 'POST /checkout'],
    [['j', 'j', 'k'], 'load cart'],
    [['pagedown'], 'lost'],
    [['pagedown', 'pageup'], 'POST /checkout'],
    // Between these two is a dividing line.
    [['end', 'up'], 'POST card'],
    [['end', 'up', 'down'], 'lost'],
  ])('%j leads to %s', (keys, on) => {
    expect(open().press(...keys).on).toBe(on)
  })

  it('a trace without a root begins below its dividing line', () => {
    const walk = walkThrough(makeTrace({ id: 6, parent: 99, name: 'lost' }))
    expect(walk.on).toBe('lost')
    expect(walk.press('up', 'home').on).toBe('lost')
  })
})

it('what is missing of a trace is said at once, and made safe', () => {
  const withheld = makeTrace({ id: 1, ms: 1, marks: ['attributes-withheld'] })
  const trace = { ...withheld, partial: 'cut\u001b[2J' }
  expect(walkThrough(trace, { columns: 160, rows: 10 }).lines.at(-1)).toBe(
    'Only a part of the trace is here: cut\\u{1b}[2J; the attributes of 1 span are withheld from you',
  )
  expect(walkThrough(trace).press('down').lines.at(-1)).toMatch(/^\? keys/)
})

describe('what trace get notes below a trace', () => {
  const odd = makeTrace(
    { id: 1, name: 'root', kind: 'client', ms: 100 },
    { id: 2, parent: 1, name: 'early', service: 'stock', kind: 'server', at: -5, ms: 20 },
    { id: 3, parent: 1, name: 'again', at: 30, ms: 5 },
    { id: 3, parent: 1, name: 'again', at: 40, ms: 6 },
  )
  const EARLY =
    '  1 span began before the root, by up to 5.00ms: clocks may differ; trace get --skew corrects them'
  const SHARED = '  2 spans share an id with another span'
  const size = { columns: 160, rows: 20 }

  it('is counted at once, and i shows it', () => {
    const walk = walkThrough(odd, size)
    expect(walk.lines.at(-1)).toBe('2 notes on this trace: i shows them')
    const page = walk.press('i')
    expect(page.lines.slice(0, 4)).toEqual(['notes', EARLY, SHARED, ''])
    expect(page.press('z').lines.at(-1)).toBe('Arrows scroll, q goes back to the rows.')
    expect(page.press('?', 'z').lines.at(-1)).toBe('Arrows scroll, q goes back to the notes.')
    expect(page.press('?', 'q').lines).toEqual(page.lines)
    expect(page.press('i').state.page).toBeUndefined()
  })

  it('is copied where it is shown', () => {
    const { scene, state } = walkThrough(odd, size).press('i')
    const text = copied(scene, state, { name: 'x' })
    expect(text?.split('\n').map((line) => line.trim())).toEqual(
      expect.arrayContaining([EARLY.trim(), SHARED.trim()]),
    )
    expect(text?.split('\n')).toHaveLength(5)
  })

  it('is counted with what is missing, which is said beside it', () => {
    const walk = walkThrough({ ...odd, partial: 'cut' }, size)
    expect(walk.lines.at(-1)).toBe(
      '3 notes on this trace: i shows them; Only a part of the trace is here: cut',
    )
    expect(walk.press('i').lines.slice(1, 4)).toEqual([
      '  only a part of the trace is here: cut',
      EARLY,
      SHARED,
    ])
  })

  it('has what is withheld, too', () => {
    const page = walkThrough(makeTrace({ id: 1, ms: 1, marks: ['attributes-withheld'] })).press('i')
    expect(page.lines.slice(0, 3)).toEqual(['notes', '  the attributes of 1 span are withheld from you', ''])
  })

  it('is nothing for most traces, and i says so', () => {
    expect(open().lines.at(-1)).toMatch(/^\? keys/)
    expect(open().press('i').lines.at(-1)).toBe('There are no notes on this trace.')
  })
})

it('the details of a span say that its attributes are withheld; those of another do not', () => {
  const spans = [
    { id: 1, name: 'open', ms: 9 },
    { id: 2, parent: 1, name: 'closed', ms: 5, marks: ['attributes-withheld'] as const },
  ]
  const walk = walkThrough(makeTrace(...spans), { columns: 100, rows: 40 })
  expect(walk.press('return').lines.join('\n')).not.toContain('withheld')
  expect(walk.press('down', 'return').lines).toContainEqual(
    expect.stringMatching(/^ *note +its attributes and events are withheld from you$/),
  )
})

describe('folding', () => {
  it('Left folds a span with all that is below it, and says how much; Right unfolds it', () => {
    const folded = open().press('down', 'left')
    expect(folded.names).toEqual(['POST /checkout', 'load cart', 'charge', 'POST card', 'lost'])
    expect(folded.lines.at(-2)).toMatch(/^row 2 of 5: load cart, cart, 60.0ms, folded: 6 spans$/)
    expect(folded.press('right').names).toEqual(ROWS)
  })

  it('+ and - do the same', () => {
    const folded = open().press('down', '-')
    expect(folded.names).toHaveLength(5)
    expect(folded.press('+').names).toEqual(ROWS)
  })

  it('equal siblings unfold one by one, and fold together again from any of them', () => {
    const apart = open().press('down', 'down', 'right')
    expect(apart.names.filter((name) => name === 'redis GET')).toHaveLength(6)
    const together = apart.press('down', 'down', 'left')
    expect(together.names).toEqual(ROWS)
    expect(together.on).toBe('redis GET')
  })

  it('Left on a row without anything open leads to the row above it, Right on an open row to the first below', () => {
    expect(open().press('down', 'down', 'down', 'down', 'left').on).toBe('charge')
    expect(open().press('right').on).toBe('load cart')
  })

  it('an error in what is folded has a mark and a word', () => {
    const folded = open().press('left')
    expect(folded.lines.find((line) => line.includes('✗ POST /checkout'))).toMatch(/^>\+!/)
    expect(folded.lines.at(-2)).toMatch(/, failed, folded: 9 spans, 2 errors$/)
  })

  it('an open span has no such mark: its errors are in sight', () => {
    const [, ...failed] = open().lines.filter((line) => line.includes('✗ '))
    expect(failed.map((line) => line.slice(0, 3))).toEqual(['>  ', '   ', '   '])
  })
})

describe('finding', () => {
  const attributed: Trace = {
    traceId: 'a1',
    spans: [
      makeSpan({ id: 1, name: 'root' }),
      ...Array.from({ length: 6 }, (_, i): Span => {
        const attributes = [['customer.id', String(40 + i)]] as const
        return { ...makeSpan({ id: 2 + i, parent: 1, name: 'read' }), attributes }
      }),
    ],
  }

  it.each<[typed: string, on: string]>([
    ['CARD', 'POST card'],
    ['payment', 'charge'],
    ['redis', 'redis GET'],
    ['0000000000000006', 'lost'],
  ])('%s is found in %s', (typed, on) => {
    expect(open().press(`/${typed}`, 'return').on).toBe(on)
  })

  it('marks and forms of letters make no difference', () => {
    const walk = walkThrough(
      makeTrace({ id: 1 }, { id: 2, name: 'İstanbul cafe\u0301' }, { id: 3, at: 1, name: '\u00e9clair' }),
    )
    for (const typed of ['istanbul', 'CAF\u00c9', 'cafe'])
      expect(walk.press(`/${typed}`, 'return').state.cursor).toBe(1)
    expect(walk.press('/e\u0301c', 'return').state.cursor).toBe(2)
    expect(walk.press('/\u0301', 'return').lines.at(-1)).toBe('No row fits.')
  })

  it('n goes to the next one, then on from the first, and says so; N goes back', () => {
    const first = open().press('/post', 'return')
    expect(first.on).toBe('POST card')
    const round = first.press('n')
    expect(round.on).toBe('POST /checkout')
    expect(round.lines.at(-1)).toBe('Went on from the first row.')
    expect(round.press('N').on).toBe('POST card')
  })

  it('what is folded is unfolded for it', () => {
    const found = open().press('left', '/card', 'return')
    expect(found.on).toBe('POST card')
    expect(found.names).toEqual(ROWS)
  })

  it('equal siblings stay one row where all of them fit', () => {
    expect(open().press('/redis', 'return', 'n').names).toEqual(ROWS)
  })

  it('an attribute of one of them opens their row', () => {
    const found = walkThrough(attributed).press('/customer.id=43', 'return')
    expect(found.names).toHaveLength(7)
    expect(found.scene.tree.span(found.state.cursor).spanId).toBe('0000000000000005')
    expect(walkThrough(attributed).press('/customer.id>=45', 'return').state.cursor).toBe(6)
  })

  it('the one and only, none, and nothing typed yet', () => {
    expect(open().press('/lost', 'return', 'n').lines.at(-1)).toBe('No other row fits.')
    expect(open().press('/nowhere', 'return').lines.at(-1)).toBe('No row fits.')
    expect(open().press('n').lines.at(-1)).toMatch(/^Nothing was searched/)
  })

  it('what is typed can be mended and given up', () => {
    const typing = open().press('/carx', 'backspace')
    expect(typing.lines.at(-1)).toBe('/car')
    expect(typing.press('d', 'return').on).toBe('POST card')
    expect(typing.press('escape').lines.at(-1)).toMatch(/^\? keys/)
    // Letters are text here, no commands.
    expect(open().press('/q').last.wish).toBeUndefined()
  })
})

describe('a paste', () => {
  it('is no keys on rows and pages, be it one letter', () => {
    for (const keys of [[], ['return'], ['?']]) {
      const before = open().press('down', ...keys)
      for (const text of ['q', 'n q', 'jjq', ' ', '']) {
        const { last, state, lines } = before.press(`paste:${text}`)
        expect(last.wish).toBeUndefined()
        expect({ ...state, message: '' }).toEqual(before.state)
        expect(lines.at(-1)).toBe('What is pasted is no keys. / searches for it.')
      }
    }
  })

  it('is typed behind /, at most so much as fits there', () => {
    const typing = open().press('/po', 'paste:st card ')
    expect(typing.lines.at(-1)).toBe('/post card ')
    expect(typing.press('return').on).toBe('POST card')
    expect(open().press('/', `paste:${'x'.repeat(5000)}`).state.typed).toHaveLength(200)
  })
})

describe('errors and the critical path', () => {
  it('e goes from one failed span to the next, E back', () => {
    const second = open().press('e', 'e')
    expect(open().press('e').on).toBe('charge')
    expect(second.on).toBe('POST card')
    expect(second.press('E').on).toBe('charge')
  })

  it('without a failed span it says so', () => {
    const walk = walkThrough(makeTrace({ id: 1, ms: 1 })).press('e')
    expect(walk.lines.at(-1)).toBe('No row has failed.')
  })

  it('c shows only what is on the critical path, then everything again', () => {
    const trace = makeTrace(
      { id: 1, name: 'root', ms: 100 },
      { id: 2, parent: 1, name: 'waited for', ms: 90 },
      { id: 3, parent: 1, name: 'aside', at: 10, ms: 20 },
    )
    const path = walkThrough(trace).press('end', 'c')
    expect(path.names).toEqual(['root', 'waited for'])
    // Its row is gone: the cursor is on the row that it was below.
    expect(path.on).toBe('root')
    expect(path.press('down').lines.at(-1)).toMatch(/^critical path only: c shows all/)
    expect(path.press('c').names).toEqual(['root', 'waited for', 'aside'])
  })

  const ASIDE: Sketch[] = [
    { id: 1, name: 'root', ms: 100 },
    { id: 2, parent: 1, name: 'waited for', ms: 90 },
    { id: 3, parent: 1, name: 'aside', at: 10, ms: 20 },
    { id: 4, parent: 3, name: 'lost mail', at: 12, ms: 5, status: 'error' },
  ]

  it.each<[keys: string[], message: string]>([
    [['c', 'e'], 'The failed spans are off the critical path: c shows all.'],
    [['c', 'E'], 'The failed spans are off the critical path: c shows all.'],
    [['left', 'c', 'e'], 'The failed spans are off the critical path: c shows all.'],
    [['c', '/mail', 'return'], 'What fits is off the critical path: c shows all.'],
    [['c', '/mail', 'return', 'n'], 'What fits is off the critical path: c shows all.'],
    [['c', '/nowhere', 'return'], 'No row fits.'],
  ])('%j: what is off the critical path is not denied', (keys, message) => {
    const walk = walkThrough(makeTrace(...ASIDE)).press(...keys)
    expect(walk.lines.at(-1)).toBe(message)
    expect(walk.press('c', 'e').on).toBe('lost mail')
  })

  it('of several failed spans one is on the critical path: the others are told of', () => {
    const failed = ASIDE.map((one) => (one.id === 2 ? { ...one, status: 'error' as const } : one))
    const walk = walkThrough(makeTrace(...failed)).press('c', 'e')
    expect(walk.on).toBe('waited for')
    expect(walk.press('e').lines.at(-1)).toBe(
      'The other failed spans are off the critical path: c shows all.',
    )
    expect(walk.press('/a', 'return').press('n').on).toBe('waited for')
  })

  it.each([
    ['below a folded row', ['left', 'e']],
    ['below two folded rows', ['down', 'down', 'left', 'up', 'up', 'left', 'e']],
    ['after E, folded again', ['E', 'left', 'left', 'left', 'left', 'e']],
  ])('a failed span %s is unfolded', (_, keys) => {
    expect(walkThrough(makeTrace(...ASIDE)).press(...keys).on).toBe('lost mail')
  })

  it('a failed span below equal siblings that share a row is unfolded', () => {
    const siblings = Array.from({ length: 8 }, (_, i): Sketch[] => [
      { id: 10 + i, parent: 1, name: 'call', at: i * 10, ms: 5 },
      { id: 30 + i, parent: 10 + i, name: 'query', at: i * 10, ms: 4, ...(i === 5 && { status: 'error' }) },
    ])
    const trace = makeTrace({ id: 1, name: 'root', ms: 100 }, ...siblings.flat())
    const walk = walkThrough(trace).press('e')
    expect(walk.on).toBe('query')
    expect(walk.scene.tree.hasFailed(walk.state.cursor)).toBe(true)
  })

  it('a trace that took no time has none', () => {
    expect(
      walkThrough(makeTrace({ id: 1 }))
        .press('c')
        .lines.at(-1),
    ).toMatch(/no critical path/)
  })
})

describe('pages', () => {
  it('Enter shows the span whole, q goes back to the same row', () => {
    const details = open().press('e', 'return')
    expect(details.lines[0]).toBe('✗ charge')
    expect(details.lines).toContain('  service        payment')
    expect(details.press('q').last.wish).toBeUndefined()
    expect(details.press('q').on).toBe('charge')
  })

  it('? says what the keys do, in any place', () => {
    expect(open().press('?').lines[0]).toBe('keys')
    expect(open().press('return', '?').lines[0]).toBe('keys')
  })

  it.each([24, 40, 60, 80, 200])('in %i columns the keys are told in full, and how to leave', (columns) => {
    const walk = walkThrough(makeTrace(...CHECKOUT), { columns, rows: 80 }).press('?')
    const text = walk.lines.join('\n')
    expect(text).not.toContain('…')
    for (const line of walk.lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
    const words = text.replace(/\s+/g, ' ')
    expect(words).toContain(
      'Enter all about this span: attributes, events, exception, links / find: a part of a name',
    )
    expect(words).toContain('q quit (in details: back to the rows); Ctrl-C quits at once')
    expect(words).toContain('! an error in what is folded')
    expect(
      walkThrough(makeTrace(...CHECKOUT), { columns, rows: 8 })
        .press('?')
        .lines.at(-1),
    ).toMatch(/q goes back$/)
  })

  it('? has each sign that the rows of this trace have, and no other', () => {
    const marksOf = (trace: Trace, columns = 100, unicode = true) => {
      const { lines } = walkThrough(trace, { columns, rows: 80 }, unicode).press('?')
      const below = lines.slice(lines.indexOf('marks') + 1, -1)
      return below.flatMap((line) => line.trim().split(/ {3,}/)).filter((text) => text !== '')
    }
    const always = ['> the cursor', '+ folded: there is more', '! an error in what is folded']
    const bars = ['█ critical path', '━ waiting or off it', '✗ error']
    expect(marksOf(makeTrace({ id: 1, ms: 9 }))).toEqual([...bars, ...always])
    expect(marksOf(makeTrace(...CHECKOUT))).toEqual([...bars, 'Σ sum of a fold', ...always])
    expect(marksOf(makeTrace(...CHECKOUT), 100, false)).not.toContainEqual(
      expect.stringContaining('sum of a fold'),
    )
    expect(marksOf(makeChain(60))).toContain('↳ only child of the row above')
    const branches = Array.from({ length: 80 }, (_, i) => ({ id: i + 2, parent: i - (i % 2) + 1 }))
    expect(marksOf(makeTrace({ id: 1 }, ...branches))).toContain('⋯N N levels deep')
    const late = [
      { id: 1, ms: 10 },
      { id: 2, parent: 1, at: -3, ms: 5 },
      { id: 3, parent: 1, at: 9, ms: 900 },
    ]
    expect(marksOf(makeTrace(...late))).toContain('┄▶ goes on past the axis')
    const idle: Sketch[] = [
      { id: 1, ms: 1.4, kind: 'server' },
      { id: 2, parent: 1, at: 0.4, ms: 0.8, kind: 'producer' },
      { id: 3, parent: 2, service: 'stock', at: 98_000, ms: 3, kind: 'consumer' },
      { id: 4, parent: 3, service: 'stock', at: 98_000.5, ms: 1 },
      { id: 5, parent: 3, service: 'stock', at: 98_001.8, ms: 1 },
    ]
    expect(marksOf(makeTrace(...idle))).toContain('~ time cut out')
  })

  it('? names all keys that move and fold', () => {
    const text = open().press('?').lines.join('\n')
    expect(text).toContain('(also l)')
    expect(text).toContain('(also h)')
  })

  it.each<[columns: number, rows: number, lines: string[]]>([
    [20, 5, ['The window is too', 'small.']],
    [200, 3, ['The window is too small.']],
    [12, 2, ['too small']],
    [5, 2, ['too', 'small']],
    [3, 1, ['too']],
  ])('a window of %i columns and %i lines is called too small in words that fit', (columns, rows, lines) => {
    expect(walkThrough(makeTrace(...CHECKOUT), { columns, rows }).lines).toEqual(lines)
  })

  it.each(['q', 'escape', '?'])('%s goes from the keys back to where they were asked for', (key) => {
    const rows = open().press('down')
    expect(rows.press('?', key).lines).toEqual(rows.lines)
    const small = walkThrough(makeTrace(...CHECKOUT), { columns: 80, rows: 6 })
    const details = small.press('return', 'down')
    expect(details.lines).not.toEqual(small.press('return').lines)
    expect(details.press('?', 'down', key).lines).toEqual(details.lines)
    expect(details.press('?', key, 'q').lines).toEqual(small.lines)
  })

  it('a long one scrolls as far as its last line', () => {
    const page = walkThrough(makeTrace(...CHECKOUT), { columns: 80, rows: 8 }).press('?')
    const end = page.press('end')
    expect(end.lines.at(-2)).toMatch(/the cursor/)
    expect(end.press('down', 'pagedown').lines).toEqual(end.lines)
    expect(end.press('home').lines).toEqual(page.lines)
  })

  it.each([
    ['q', 'quit'],
    ['o', 'open'],
    ['y', 'copy'],
  ])('%s is for the machine: %s', (key, wish) => {
    expect(open().press(key).last.wish).toBe(wish)
  })

  it('a key without a meaning says where the keys are told', () => {
    expect(open().press('z').lines.at(-1)).toMatch(/\? shows the keys/)
  })
})

it('a row deep in a chain is marked as the only child of the row above', () => {
  const walk = walkThrough(makeChain(5000)).press('end')
  expect(walk.lines.at(-3)).toMatch(/^> {2}↳ span 5000 /)
})

it('of a span without an end the status line says so, and no time', () => {
  const hung = makeTrace({ id: 1, name: 'root', ms: 0, marks: ['end-missing'] })
  const line = walkThrough(hung, { columns: 120, rows: 12 }).lines.find((one) => one.includes('row 1 of 1'))
  expect(line).toContain('root, shop, no end')
})

it('what Enter opens on a row of equal spans says that it is the slowest of them', () => {
  const calls = (ms: (i: number) => number) =>
    makeTrace(
      { id: 1, name: 'root', ms: 100 },
      ...Array.from({ length: 6 }, (_, i) => ({ id: 20 + i, parent: 1, name: 'read', ms: ms(i) })),
    )
  const row = walkThrough(calls((i) => 3 + i)).press('down')
  expect(row.press('return').lines.slice(0, 3)).toEqual([
    'slowest of 6 equal spans; in the rows, Right shows each',
    '',
    'read',
  ])
  expect(row.press('return', 'q', 'right', 'return').lines[0]).toBe('read')
  const timeless = walkThrough(calls(() => 0)).press('down', 'return')
  expect(timeless.lines[0]).toBe('one of 6 equal spans; in the rows, Right shows each')
})

describe('a span id is found as it can be pasted', () => {
  it.each([
    ' 0000000000000006 ',
    '0x6',
    '0x0000000000000006',
    'AAAAAAAAAAY=',
    '00-11223344556677888899aabbccddeeff-0000000000000006-01',
    'span_id=0000000000000006',
  ])('%j', (typed) => {
    expect(open().press(`/${typed}`, 'return').on).toBe('lost')
  })

  it('blanks around a text are no part of it', () => {
    expect(open().press('/ payment ', 'return').on).toBe('charge')
    expect(open().press('/  ', 'return').lines.at(-1)).toBe('Nothing was searched for yet: / then a text.')
  })

  it('digits in a name are found, too', () => {
    const walk = walkThrough(makeTrace({ id: 1, name: 'root' }, { id: 2, parent: 1, name: 'face 0xcafe' }))
    expect(walk.press('/cafe', 'return').on).toBe('face 0xcafe')
  })
})

it('Ctrl-U takes away what is typed, Ctrl-W its last word', () => {
  const typed = open().press('/redis GET')
  expect(typed.press('ctrl-w').lines.at(-1)).toBe('/redis ')
  expect(typed.press('ctrl-w', 'ctrl-w').lines.at(-1)).toBe('/')
  expect(typed.press('ctrl-u').lines.at(-1)).toBe('/')
  expect(typed.press('ctrl-u', 'c', 'a', 'r', 'd', 'return').on).toBe('POST card')
})
