import { describe, expect, it } from 'vitest'
import { copied } from '../../../src/trace/view/draw.ts'
import { makeTrace, type Sketch } from '../make.ts'
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
    expect(walk.lines.at(-1)).toBe('? keys   q quit   2 notes on this trace: i shows them')
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
})

describe('folding', () => {
  it('Left folds a span with all that is below it, and says how much; Right unfolds it', () => {
    const folded = open().press('down', 'left')
    expect(folded.names).toEqual(['POST /checkout', 'load cart', 'charge', 'POST card', 'lost'])
    expect(folded.lines.at(-2)).toMatch(/^row 2 of 5: load cart, cart, 60.0ms, folded: 6 spans$/)
    expect(folded.press('right').names).toEqual(ROWS)
  })

  it('equal siblings unfold one by one, and fold together again from any of them', () => {
    const apart = open().press('down', 'down', 'right')
    expect(apart.names.filter((name) => name === 'redis GET')).toHaveLength(6)
    const together = apart.press('down', 'down', 'left')
    expect(together.names).toEqual(ROWS)
    expect(together.on).toBe('redis GET')
  })

  it('an error in what is folded has a mark and a word', () => {
    const folded = open().press('left')
    expect(folded.lines.find((line) => line.includes('✗ POST /checkout'))).toMatch(/^>\+!/)
    expect(folded.lines.at(-2)).toMatch(/, failed, folded: 9 spans, 2 errors$/)
  })
})

describe('finding', () => {
  it.each<[typed: string, on: string]>([
    ['CARD', 'POST card'],
    ['payment', 'charge'],
    ['redis', 'redis GET'],
    ['0000000000000006', 'lost'],
  ])('%s is found in %s', (typed, on) => {
    expect(open().press(`/${typed}`, 'return').on).toBe(on)
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
        expect(lines.at(-1)).toBe('Pasted text is ignored. Press / to search for it.')
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

  it('of several failed spans one is on the critical path: the others are told of', () => {
    const walk = walkThrough(
      makeTrace(
        { id: 1, name: 'root', ms: 100 },
        { id: 2, parent: 1, name: 'waited for', ms: 90, status: 'error' },
        { id: 3, parent: 1, name: 'aside', at: 10, ms: 20, status: 'error' },
      ),
    ).press('c', 'e')
    expect(walk.on).toBe('waited for')
    expect(walk.press('e').lines.at(-1)).toBe('No other row on the critical path (c shows all) has failed.')
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
})

describe('a span id is found as it can be pasted', () => {
  it.each([
    '0x0000000000000006',
    'AAAAAAAAAAY=',
    '00-11223344556677888899aabbccddeeff-0000000000000006-01',
    'span_id=0000000000000006',
  ])('%j', (typed) => {
    expect(open().press(`/${typed}`, 'return').on).toBe('lost')
  })
})
