import { expect, it } from 'vitest'
import type { HttpAnswer } from '../../../src/ports/http.ts'
import { tolerateDeviceAnswer } from '../../../src/session/answers/device-answer.ts'

const answer = (body: unknown, status = 200) =>
  ({
    status,
    headers: { a: 'b' },
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  }) as HttpAnswer
const GOOD = {
  user_code: 'AB',
  verification_uri: 'https://v',
  verification_uri_complete: 'https://v?c',
  expires_in: 900,
  interval: 7,
}

it.each<[string, object, object]>([
  ['all that RFC 8628 wants', {}, {}],
  [
    'another name of the address',
    { verification_uri: undefined, verification_url: 'https://g' },
    { verification_uri: 'https://g', verification_url: 'https://g' },
  ],
  ['both names', { verification_url: 'https://g' }, { verification_url: 'https://g' }],
  [
    'another name of the whole one',
    { verification_uri_complete: undefined, verification_url_complete: 'https://g?c' },
    { verification_uri_complete: 'https://g?c', verification_url_complete: 'https://g?c' },
  ],
  ['no lifetime', { expires_in: undefined }, { expires_in: 600 }],
  ['a lifetime in text', { expires_in: '60' }, { expires_in: 60 }],
  ['no interval', { interval: undefined }, { interval: 5 }],
  ['an interval in text', { interval: '3' }, { interval: 3 }],
  ['an interval of zero', { interval: 0 }, { interval: 5 }],
  ['an interval below zero', { interval: -1 }, { interval: 5 }],
  ['an interval that is no number', { interval: 'soon' }, { interval: 5 }],
  ['an interval without end', { interval: 'Infinity' }, { interval: 5 }],
])('an answer with %s can be polled with', (_, over, read) => {
  const tolerated = tolerateDeviceAnswer(answer({ ...GOOD, ...over }))
  expect(JSON.parse(String(tolerated.body))).toEqual({ ...GOOD, ...read })
  expect(tolerated).toMatchObject({ status: 200, headers: { a: 'b' } })
})

it.each([answer(GOOD, 400), answer('no JSON'), answer([])])(
  'any other is passed on as it is: %#',
  (given) => {
    expect(tolerateDeviceAnswer(given)).toBe(given)
  },
)
