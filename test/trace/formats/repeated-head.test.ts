import { describe, expect, it } from 'vitest'
import { JsonCursor } from '../../../src/trace/formats/json-scan/json-cursor.ts'
import { RepeatedHead } from '../../../src/trace/formats/json-scan/repeated-head.ts'
import { vocabularyOf } from '../../../src/trace/formats/json-scan/vocabulary.ts'

/** Members that are long enough to be worth it. */
const LONG = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`host.${i}`, 'x'.repeat(24)]))

/** Reads objects in their order, each with its key: how many members of each were read, and its last value as known so far. */
function reading(objects: readonly (readonly [key: string, object: object | string])[]) {
  const texts = objects.map(([, object]) => (typeof object === 'string' ? object : JSON.stringify(object)))
  const { keys, texts: pool } = vocabularyOf([])
  const cursor = new JsonCursor(Buffer.from(texts.join(' ')), keys, pool)
  const heads = new RepeatedHead<{ readonly count: number }>()
  return objects.map(([name], i) => {
    cursor.peek()
    const start = cursor.at
    const head = heads.skip(cursor, name)
    let read = 0
    let state = head ?? { count: 0 }
    for (let key = head ? cursor.nextKey() : cursor.firstKey(); key !== undefined; key = cursor.nextKey()) {
      cursor.skip()
      read++
      state = { count: state.count + 1 }
      heads.member(cursor, state)
    }
    heads.end(cursor)
    expect(cursor.bytes.toString('utf8', start, cursor.at)).toBe(texts[i])
    expect(state.count).toBe(Object.keys(JSON.parse(texts[i] as string)).length)
    return read
  })
}
const all = 12

describe('the head that objects of a key have in common', () => {
  it('is read twice, and from then on skipped', () => {
    const objects = [1, 2, 3, 4].map((id) => ['shop', { ...LONG, id: `${id}`, end: 'same' }] as const)
    expect(reading(objects)).toEqual([all + 2, all + 2, 2, 2])
  })

  it('is one of each key', () => {
    const objects = ['shop', 'cart', 'shop', 'cart', 'shop', 'cart'].map(
      (key, i) => [key, { ...LONG, key, id: `${i}` }] as const,
    )
    expect(reading(objects)).toEqual([all + 2, all + 2, all + 2, all + 2, 1, 1])
  })

  it('may be the whole object', () => {
    expect(reading(Array(3).fill(['shop', LONG]))).toEqual([all, all, 0])
  })

  it('ends behind a text, as the digits of a number may go on', () => {
    const objects = [7, 71, 712].map((id) => ['shop', { ...LONG, id }] as const)
    expect(reading(objects)).toEqual([all + 1, all + 1, 1])
  })

  it('is not looked for where it would be short', () => {
    const objects = Array.from(
      { length: 4 },
      (_, id) => ['shop', { a: 'x'.repeat(200), id: `${id}` }] as const,
    )
    expect(reading(objects)).toEqual([2, 2, 2, 2])
  })

  it('stays where an object now and then has another', () => {
    const failed = ['shop', { error: 'true', ...LONG }] as const
    const other = ['shop', LONG] as const
    expect(reading([other, other, failed, other, ...Array(8).fill(other), failed, failed, other])).toEqual([
      ...[all, all, all + 1, 0],
      ...Array(8).fill(0),
      ...[all + 1, all + 1, 0],
    ])
  })

  it('is learned anew where the objects have changed', () => {
    const early = ['shop', { version: '1', ...LONG }] as const
    const late = ['shop', { version: '2', ...LONG }] as const
    expect(reading([...Array(4).fill(early), ...Array(8).fill(late)])).toEqual([
      ...[all + 1, all + 1, 0, 0],
      // Two have no credit left, one shows what it is now, and one how much of that repeats.
      ...[all + 1, all + 1, all + 1, 0, 0, 0, 0, 0],
    ])
  })

  it('is given up where no two objects begin alike', () => {
    const mixed = Array.from({ length: 8 }, (_, i) => ['shop', { id: `${i}`, ...LONG }] as const)
    const alike = ['shop', LONG] as const
    expect(reading([...mixed, alike, alike, alike])).toEqual([
      ...Array(8).fill(all + 1),
      ...Array(3).fill(all),
    ])
  })

  it('is right for more keys than are kept', () => {
    const keys = Array.from({ length: 1100 }, (_, i) => `${i}`)
    const objects = [...keys, ...keys, ...keys].map((key) => [key, LONG] as const)
    const read = reading(objects)
    expect(read.slice(2200, 2200 + 1024)).toEqual(Array(1024).fill(0))
    expect(read.slice(2200 + 1024)).toEqual(Array(76).fill(all))
  })

  it('is not compared beyond the end of the document', () => {
    const { keys, texts } = vocabularyOf([])
    const text = JSON.stringify(LONG)
    const cursor = new JsonCursor(Buffer.from(`${text}${text.slice(0, -9)}`), keys, texts)
    cursor.at = text.length
    expect(cursor.skipIfRepeated(0, text.length)).toBe(false)
    expect(cursor.equalBytes(0, text.length)).toBe(text.length - 9)
  })
})
