import { expect, it } from 'vitest'
import { jsonObject } from '../src/json-object.ts'

it.each([
  ['{"a":1}', { a: 1 }],
  [' {} ', {}],
  ['[]', undefined],
  ['null', undefined],
  ['"text"', undefined],
  ['', undefined],
  ['{"a":', undefined],
  ['\ufeff{}', undefined],
])('%j', (text, expected) => {
  expect(jsonObject(text)).toEqual(expected)
  expect(jsonObject(Buffer.from(text))).toEqual(expected)
})
