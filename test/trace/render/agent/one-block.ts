import { expect } from 'vitest'

/** A text has one data block. `isExplained`: its two markers are named once more, above it. */
export function expectOneBlock(text: string, isExplained = true): void {
  const lines = text.split('\n')
  expect(lines.filter((line) => line === '<trace-data>')).toHaveLength(1)
  expect(lines.filter((line) => line === '</trace-data>')).toHaveLength(1)
  expect(text.match(/<\/?trace-data>/g)).toHaveLength(isExplained ? 4 : 2)
}

/** What an injection wrote stands in the data block alone, in lines that can end neither it nor themselves. */
export function expectOnlyDataSpeaks(text: string, isExplained = true): void {
  expectOneBlock(text, isExplained)
  const lines = text.split('\n')
  const [begin, end] = [lines.indexOf('<trace-data>'), lines.indexOf('</trace-data>')]
  for (const [i, line] of lines.entries()) {
    const isData = i > begin && i < end
    if (!isData) expect(line).not.toMatch(/CANARY|evil|AAAA|BBBB/)
    else expect(line).not.toMatch(/<(?!\d)|`/)
    expect(line).not.toMatch(
      /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e01ef}]/u,
    )
    // 400 characters, were each of them an escape.
    expect(line.length).toBeLessThanOrEqual(400 * '\\u{e01ef}'.length)
  }
}
