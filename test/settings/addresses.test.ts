import { expect, it } from 'vitest'
import { checkBaseUrl } from '../../src/settings/urls.ts'

it.each([
  ['127.0.0.1:16686', 'http://127.0.0.1:16686/'],
  ['localhost:3200/base', 'http://localhost:3200/base'],
  ['[::1]:3200', 'http://[::1]:3200/'],
  ['traces.acme.example', 'https://traces.acme.example/'],
  ['traces.acme.example:8443/x', 'https://traces.acme.example:8443/x'],
])('an API as people type it: %s is %s', (typed, url) => {
  expect(checkBaseUrl(typed, 'bearer').href).toBe(url)
})

it.each([
  '',
  'not a url',
  'nonsense',
  'ftp://traces.acme.example',
  'user@traces.acme.example',
  '?x',
  '/path',
  'javascript:alert(1)',
])('%j is refused', (typed) => {
  expect(() => checkBaseUrl(typed, 'bearer')).toThrow(/is not an https URL|user name/)
})
