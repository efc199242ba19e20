import { expect, it } from 'vitest'
import type { Finding } from '../../src/claims/finding.ts'
import { shortScopes } from '../../src/claims/short-scope.ts'

const finding = (expected: unknown, actual: unknown, over: Partial<Finding> = {}): Finding => ({
  assertion: 'scope',
  expected: '',
  actual: '',
  verdict: 'fail',
  values: { operator: 'contains', expected, actual },
  ...over,
})

it('a scope whose last part the token has is told with both names', () => {
  const findings = [finding('api://x/a', ['b', 'a']), finding('y/b', ['b']), finding('https://z/b', ['b'])]
  expect(shortScopes(findings, ['x', 'y/'])).toEqual([
    { asked: 'api://x/a', held: 'a' },
    { asked: 'y/b', held: 'b' },
  ])
})

it.each<[string, Finding]>([
  ['is not held', finding('api://x/a', ['b'])],
  ['has one part only', finding('a', ['b'])],
  ['is held as it is', finding('api://x/a', ['api://x/a', 'a'], { verdict: 'pass' })],
  ['is one of an opaque token', finding('api://x/a', null, { verdict: 'unknown' })],
  ['is a part of another word', finding('api://x/a', 'a')],
  ['is a group', finding('api://x/a', ['a'], { assertion: 'group' })],
  ['is a list', finding(['api://x/a'], ['a'])],
])('one that %s is none', (_, one) => {
  expect(shortScopes([one], ['api://x', 'a'])).toEqual([])
})
