import { expect, test } from 'vitest'
import { onePerson } from '../../../src/commands/request/held-token.ts'

type Token = Parameters<ReturnType<typeof onePerson>>[0]

const idTokenOf = (claims: object): string =>
  [{ alg: 'none' }, claims, {}]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')

function token(sid: string, claims?: object): Token {
  const idToken = claims && idTokenOf(claims)
  return { session: { header: { sid } }, body: { ...(idToken !== undefined && { idToken }) } } as Token
}

const alice = { iss: 'https://idp.example', sub: 'alice' }

test.each<[string, Token, Token, boolean]>([
  ['the same sign-in', token('1', alice), token('1', alice), true],
  ['a new sign-in of the same person', token('1', alice), token('2', alice), true],
  ['somebody else', token('1', alice), token('2', { ...alice, sub: 'bob' }), false],
  [
    'the same name at another provider',
    token('1', alice),
    token('2', { ...alice, iss: 'https://b.example' }),
    false,
  ],
  ['the same sign-in, whose renewal brought no ID token', token('1', alice), token('1'), true],
  ['two sign-ins that say nothing about the person', token('1'), token('2'), false],
  ['workloads, which keep no session', { ...token('1', alice), session: undefined }, token('2', alice), true],
])('%s', (_, first, then, isSame) => {
  const require = onePerson()
  require(first)
  if (isSame) return expect(() => require(then)).not.toThrow()
  return expect(() => require(then)).toThrow(expect.objectContaining({ code: 'session-ended' }))
})
