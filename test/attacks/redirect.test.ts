import { expect, it } from 'vitest'
import { redirectOf, sameAt } from '../../src/attacks/redirect.ts'

const ASKED = new URL('https://gw.example/tempo/api/tags?a=b')

it.each<[string | undefined, string | undefined, string | undefined]>([
  ['/tempo/api/tags/', 'same', 'https://gw.example/tempo/api/tags/'],
  ['//gw.example/tempo/api/tags', 'same', 'https://gw.example/tempo/api/tags'],
  ['/api/TAGS?a=b', 'same', 'https://gw.example/api/TAGS?a=b'],
  ['tags/', 'same', 'https://gw.example/tempo/api/tags/'],
  ['/api/%74ags', 'same', 'https://gw.example/api/%74ags'],
  ['http://gw.example/tempo/api/tags', 'same', undefined],
  ['https://gw.example:8443/tempo/api/tags', 'same', undefined],
  ['/login?rd=/tempo/api/tags', 'elsewhere', undefined],
  ['/', 'elsewhere', undefined],
  ['/%zz', 'elsewhere', undefined],
  ['https://id.example/tempo/api/tags', 'elsewhere', undefined],
  ['https://', undefined, undefined],
  [undefined, undefined, undefined],
])('%s', (location, redirect, followed) => {
  expect(redirectOf(ASKED, location)).toBe(redirect)
  expect(sameAt(ASKED, location)?.href).toBe(followed)
})
