import { expect, test } from 'vitest'
import { csvText } from '../../../src/trace/formats/csv-cell.ts'

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '＝1+1', '＋1', '－1', '＠SUM(A1)'])(
  'a spreadsheet does not run %s, full-width signs included',
  (text) => expect(csvText(text)).toBe(`'${text}`),
)

test.each(['GET /', 'a=b', '注文＝1', '', '…'])('%s stays as it is', (text) =>
  expect(csvText(text)).toBe(text),
)
