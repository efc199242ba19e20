import { expect, test } from 'vitest'
import { maskText } from '../../../src/trace/masking.ts'

test.each([
  [
    'map[Authorization:[Bearer S3cr] Accept:[*/*] Cookie:[sid=S3cr; a="b]"] X:[seen]] seen',
    'map[Authorization:[masked] Accept:[*/*] Cookie:[masked] X:[seen]] seen',
  ],
  ['{"m":"map[X-Api-Key:[S3cr]]","n":"seen"}', '{"m":"map[X-Api-Key:[masked]]","n":"seen"}'],
  ['{"m":"map[X-Api-Key:[S3cr","n":"seen"}', '{"m":"map[X-Api-Key:[masked]","n":"seen"}'],
])('a sensitive header that Go wrote is masked: %s', (text, shown) => {
  expect(maskText(text)).toBe(shown)
  expect(maskText(shown)).toBe(shown)
})

test.each([
  'map[Accept:[*/*] Host:[a]]',
  'map[email:[is required] phone:[too short]]',
  'a [x] token:[',
  'map[Token-Count:[3]]',
])('and nothing else is: %s', (text) => {
  expect(maskText(text)).toBe(text)
})
