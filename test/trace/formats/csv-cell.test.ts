import { expect, test } from 'vitest'
import { csvText } from '../../../src/trace/formats/csv-cell.ts'

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '＝1+1', '＋1', '－1', '＠SUM(A1)'])(
  'a spreadsheet does not run %s, full-width signs included',
  (text) => expect(csvText(text)).toBe(`'${text}`),
)

test.each(['a;=1', 'a;+1', 'a;-1', 'a；＝1', 'a;＠SUM(A1)', ';=1'])(
  'nor the part of %s behind the ; that separates cells in other countries',
  (text) => expect(csvText(text)).toBe(text.replace(/[;；]/, "$&'")),
)

test.each(['a; b', 'a;b=1', 'GET /', 'a=b', '注文＝1', '', '…'])('%s stays as it is', (text) =>
  expect(csvText(text)).toBe(text),
)
