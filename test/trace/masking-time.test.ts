import { expect, test } from 'vitest'
import { maskText } from '../../src/trace/masking.ts'

test('a secret in running text is found in linear time', () => {
  const started = Date.now()
  for (const text of [
    'a-'.repeat(50_000),
    'password'.repeat(20_000),
    `secret${' '.repeat(100_000)}`,
    '-----BEGIN PRIVATE KEY-----'.repeat(5_000),
    '"token":"'.repeat(10_000),
    '--token '.repeat(10_000),
    'bearer '.repeat(10_000),
    'eyJ-'.repeat(150_000),
    'password=['.repeat(200_000),
    'password="'.repeat(200_000),
    '\\"token\\":\\"'.repeat(200_000),
    'secret:{"\\'.repeat(200_000),
    `password${'\\'.repeat(1_000_000)}`,
    `password=${'\\'.repeat(1_000_000)}"`,
    `password="${'a'.repeat(20_000_000)}`,
    `password=${'token='.repeat(200_000)}`,
    `password=${'token=[]a'.repeat(200_000)}`,
    `password=${'token=['.repeat(200_000)}${']'.repeat(200_000)}`,
    `password=${"token='".repeat(200_000)}`,
  ])
    maskText(text)
  // Linear work takes milliseconds; quadratic would take minutes.
  expect(Date.now() - started).toBeLessThan(10_000)
})
