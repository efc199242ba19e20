import { expect, it } from 'vitest'
import { type Finding, verdictOf } from '../../src/claims/finding.ts'
import { fullNames } from '../../src/claims/full-name.ts'
import { judge } from '../../src/claims/policy.ts'

const finding = (expected: unknown, actual: unknown, over: Partial<Finding> = {}): Finding => ({
  assertion: 'role',
  expected: '',
  actual: '',
  verdict: 'fail',
  values: { operator: 'any-of', expected, actual },
  ...over,
})

it.each<[string, Finding, readonly string[]]>([
  ['a role of the realm', finding(['reader'], ['realm:reader', 'realm:other']), ['realm:reader']],
  ['roles of several clients', finding(['admin'], ['a:admin', 'b:admin']), ['a:admin', 'b:admin']],
  ['a group', finding(['eng'], ['/acme/eng', '/acme'], { assertion: 'group' }), ['/acme/eng']],
  ['a part of a path', finding(['acme/eng'], ['/acme/eng'], { assertion: 'group' }), ['/acme/eng']],
  ['one of several', finding(['dev', 'ops'], ['/acme/ops'], { assertion: 'group' }), ['/acme/ops']],
])('%s that is held with more before its name is told', (_, one, names) => {
  expect(fullNames(one)).toEqual(names)
})

it.each<[string, Finding]>([
  ['is not held', finding(['reader'], ['realm:writer'])],
  ['is the end of another word', finding(['reader'], ['realm:proofreader', 'proof-reader', 'proof.reader'])],
  ['is the beginning', finding(['realm'], ['realm:reader'])],
  ['is held in another case', finding(['Reader'], ['realm:reader'])],
  ['has no name', finding([''], ['realm:'])],
  ['is held', finding(['reader'], ['reader', 'realm:reader'], { verdict: 'pass' })],
  ['is not known', finding(['reader'], ['realm:reader'], { verdict: 'unknown' })],
  ['is a scope', finding('reader', ['api/reader'], { assertion: 'scope' })],
  ['is not said', finding(['reader'], null)],
])('one that %s has no other name', (_, one) => {
  expect(fullNames(one)).toEqual([])
})

it('stays a fail, with a note', () => {
  const absent = { value: undefined, status: 'absent' } as const
  const identity = new Proxy({}, { get: (_, name) => (name === 'roles' ? held : absent) }) as never
  const held = { value: ['realm:admin', 'account:admin'], source: 'roles' }
  const token = { identity, kind: 'access', opaque: false, signature: 'verified' } as const
  const [role] = judge(token, { roles: ['admin'] }, 0).filter(({ assertion }) => assertion === 'role')
  expect(role).toMatchObject({
    verdict: 'fail',
    note: 'It is called realm:admin or account:admin here, if that is the one that is meant.',
  })
  expect(verdictOf([role as Finding])).toBe('fail')
})
