import { expect, test } from 'vitest'
import { flagOf } from '../../../src/verbs/why-answer.ts'

test.each([
  ['span.http.route', '/order', ['attr', 'http.route=/order']],
  ['resource.host.name', 'a=b', ['attr', 'host.name=a=b']],
  ['span.flag', '', ['attr', 'flag=']],
  ['span.span.kind', 'client', ['attr', 'span.span.kind=client']],
  ['resource.service.name', 'checkout', ['service', 'checkout']],
  ['name', 'POST /order', ['name', 'POST /order']],
  // It would be read as a regular expression, or as another comparison.
  ['span.path', '~home', undefined],
  ['span.a>b', '1', undefined],
  ['span.note', 'two\nlines', undefined],
  ['span.note', '\u202egnp.exe', undefined],
  ['span.db.statement', 'x'.repeat(201), undefined],
])('%s with the value %j', (attribute, value, flag) => {
  expect(flagOf({ attribute, name: attribute.replace(/^(span|resource)\./, ''), value })).toEqual(flag)
})

test.each(['span.env', 'resource.env'])('%s keeps its scope where both have the key', (attribute) => {
  expect(flagOf({ attribute, name: attribute, value: 'stg' })).toEqual(['attr', `${attribute}=stg`])
})
