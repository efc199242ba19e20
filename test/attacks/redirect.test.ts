import { expect, it } from 'vitest'
import { redirectOf, sameAt } from '../../src/attacks/verdict.ts'

const ASKED = new URL('https://gw.example/tempo/api/tags?a=b')

it.each<[string | undefined, string | undefined, string | undefined]>([
  ['/tempo/api/tags/', 'same', 'https://gw.example/tempo/api/tags/'],
  ['//gw.example/tempo/api/tags', 'same', 'https://gw.example/tempo/api/tags'],
  ['/tempo//api/tags', 'same', 'https://gw.example/tempo//api/tags'],
  ['/tempo/api/TAGS?a=b', 'same', 'https://gw.example/tempo/api/TAGS?a=b'],
  ['tags/', 'same', 'https://gw.example/tempo/api/tags/'],
  ['/%74empo/api/%74ags', 'same', 'https://gw.example/%74empo/api/%74ags'],
  ['http://gw.example/tempo/api/tags', 'other-origin', undefined],
  ['https://gw.example:8443/tempo/api/tags', 'other-origin', undefined],
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

it.each<[string, string]>([
  ['/tempo/api/tags?a=b', 'circle'],
  ['/tempo/api/tags/?a=b#top', 'circle'],
  ['/tempo/api/tags?a=b&b=c', 'same'],
  ['/login', 'elsewhere'],
  ['http://gw.example/tempo/api/tags?a=b', 'other-origin'],
])('a second redirect, to %s', (location, redirect) => {
  const second = new URL('https://gw.example/tempo/api/tags/?a=b')
  expect(redirectOf(second, location, ASKED)).toBe(redirect)
})
