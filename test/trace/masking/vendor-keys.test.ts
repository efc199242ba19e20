import { expect, test } from 'vitest'
import { maskText } from '../../../src/trace/masking.ts'

const LONG = 'a1b2'.repeat(15)

test.each([
  ...[`glpat-${LONG}`, `npm_${LONG}`, `hf_${LONG}`, `dop_v1_${LONG}`, `pypi-${LONG}`, `sk-proj-${LONG}`],
  ...[`sk-ant-${LONG}`, `sk_test_${LONG}`, `rk_test_${LONG}`, `shpat_${LONG.slice(0, 32)}`],
  `SG.${LONG}.${LONG}`,
])('a key of a vendor is masked wherever it stands: %s', (key) => {
  expect(maskText(key)).toBe('[masked]')
  expect(maskText(`key ${key} refused`)).toBe('key [masked] refused')
  expect(maskText(`["${key}"]`)).toBe('["[masked]"]')
})

test.each([
  ["ALTER USER ada IDENTIFIED BY 'S'", 'ALTER USER ada IDENTIFIED BY [masked]'],
  ["create user ada identified by 'S'", 'create user ada identified by [masked]'],
])('and so is the password of a statement: %s', (text, shown) => {
  expect(maskText(text)).toBe(shown)
})

test.each(['task-and-test_1', 'sk-proj-1', 'npm_config_cache', 'the pat-a-cake'])(
  'what only begins like one is shown: %s',
  (text) => {
    expect(maskText(text)).toBe(text)
  },
)
