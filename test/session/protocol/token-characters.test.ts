import { expect, it } from 'vitest'
import { checkTokenCharacters } from '../../../src/session/protocol/token-answer.ts'

const check = (id_token: string | undefined) => checkTokenCharacters({ access_token: 'opaque', id_token })

it.each([undefined, 'a.b.c', 'a.b.', 'a.b.c.d.e', 'eyJ-_9.e30.'])('%j is an ID token', (token) => {
  expect(() => check(token)).not.toThrow()
})

it.each(['', 'a', 'a.b', 'a.b.c.d', 'a.b.c.d.e.f', 'a.b.c\n', 'a.b\r\n.c', 'a.b=.c', 'a.+.c', 'a.\u202e.c'])(
  '%j is none',
  (token) => {
    expect(() => check(token)).toThrow(/an ID token with characters/)
  },
)

it.each(['opaque', 'a.b', '~+/-_.9==', 'eyJhbGciOiJub25lIn0.e30.'])('%j is an access token', (token) => {
  expect(() => checkTokenCharacters({ access_token: token })).not.toThrow()
})
