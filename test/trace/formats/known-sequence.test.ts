import { describe, expect, it } from 'vitest'
import { FALLBACK } from '../../../src/trace/formats/json-scan/json-bytes.ts'
import { KnownSequence } from '../../../src/trace/formats/json-scan/known-sequence.ts'

function sequences() {
  let made = 0
  const empty = new KnownSequence<number | string, string>((items) => {
    made++
    return items.join(' ')
  })
  return {
    of: (...items: (number | string)[]) => items.reduce((before, item) => before.with(item), empty).value,
    made: () => made,
  }
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

describe('what a sequence of items gives, cached', () => {
  it('is made once for each sequence, in the order of its items', () => {
    const { of, made } = sequences()
    expect([of('a', 'b'), of('b', 'a'), of('a'), of(), of('a', 'b'), of('b', 'a')]).toEqual([
      ...['a b', 'b a', 'a', '', 'a b', 'b a'],
    ])
    expect(made()).toBe(4)
  })

  it('is right for more different items than are kept, and those that came first are kept', () => {
    const { of, made } = sequences()
    expect(upTo(1000).map((item) => of('x', item))).toEqual(upTo(1000).map((item) => `x ${item}`))
    const before = made()
    expect([of('x', 0), of('x', 999)]).toEqual(['x 0', 'x 999'])
    expect(made() - before).toBe(1)
  })

  it('is right for more sequences than are kept', () => {
    const { of, made } = sequences()
    for (const first of upTo(100)) for (const second of upTo(100)) of(first, second)
    const before = made()
    expect([of(0, 99), of(99, 0), of(99, 99)]).toEqual(['0 99', '99 0', '99 99'])
    expect(made() - before).toBe(2)
  })

  it('is not made of so many that no tracer writes them', () => {
    const { of } = sequences()
    expect(of(...upTo(32))).toBe(upTo(32).join(' '))
    expect(() => of(...upTo(33))).toThrow(FALLBACK)
  })
})
