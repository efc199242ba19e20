import { expect, it } from 'vitest'
import { alike } from '../../src/text/alike.ts'

it.each([
  ['CAFÉ', 'cafe\u0301', 'cafe'],
  ['Việt', 'viet'],
  ['İ', 'i'],
  ['Άλφα', 'αλφα'],
  ['Ёлка', 'елка'],
  ['שָׁלוֹם', 'שלום'],
  ['مُحَمَّد', 'محمد'],
  ['❤\ufe0f', '❤'],
])('%s is the same as %s', (...texts) => {
  expect(new Set(texts.map(alike)).size).toBe(1)
})

it.each([
  ['काम', 'कम'],
  ['คำ', 'คา'],
  ['ที่', 'ที'],
  ['か\u3099', 'か'],
])('%s is another word than %s: the mark is a letter of its own', (one, other) => {
  expect(alike(one)).not.toBe(alike(other))
  expect(alike(one)).toBe(one.normalize('NFKD'))
})
