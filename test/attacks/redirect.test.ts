import { expect, it } from 'vitest'
import { redirectOf, sameAt } from '../../src/attacks/redirect.ts'

const ASKED = new URL('https://gw.example/tempo/api/tags?a=b')

it.each<[string | undefined, string | undefined, string | undefined]>([
  ['/tempo/api/tags/', 'same', 'https://gw.example/tempo/api/tags/'],
  ['//gw.example/tempo/api/tags', 'same', 'https://gw.example/tempo/api/tags'],
  ['/tempo//api/tags', 'same', 'https://gw.example/tempo//api/tags'],
  ['/tempo/api/TAGS?a=b', 'same', 'https://gw.example/tempo/api/TAGS?a=b'],
  ['tags/', 'same', 'https://gw.example/tempo/api/tags/'],
  ['/%74empo/api/%74ags', 'same', 'https://gw.example/%74empo/api/%74ags'],
  ['http://gw.example/tempo/api/tags', 'same', undefined],
  ['https://gw.example:8443/tempo/api/tags', 'same', undefined],
  ['/login?rd=/tempo/api/tags', 'elsewhere', undefined],
  ['/', 'elsewhere', undefined],
  ['/api/tags', 'elsewhere', undefined],
  ['/auth/redirect/tempo/api/tags', 'elsewhere', undefined],
  ['/tempo/api/tags/login', 'elsewhere', undefined],
  ['/%zz', 'elsewhere', undefined],
  ['https://id.example/tempo/api/tags', 'elsewhere', undefined],
  ['https://', undefined, undefined],
  [undefined, undefined, undefined],
])('%s', (location, redirect, followed) => {
  expect(redirectOf(ASKED, location)).toBe(redirect)
  expect(sameAt(ASKED, location)?.href).toBe(followed)
})
