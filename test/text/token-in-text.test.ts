import { describe, expect, it } from 'vitest'
import { holdsToken, withoutTokens } from '../../src/text/secrets.ts'

const part = (text: string) => Buffer.from(text).toString('base64url')
const HEADER = part('{"alg":"RS256"}')
const JWT = [HEADER, part('{"sub":"alice"}'), 'c2lnbmF0dXJl'].join('.')

describe('a reason', () => {
  it.each([
    'INC-1 keyJournalService',
    'look at surveyJobRunner.start',
    'moneyJarService.refund fails',
    'bearer INC-2026-000123456',
    'bearer deploymentOfService2026',
    'the bearer 2026-11-27T10:00:00Z was told',
    'bearer tokens of release-2026.11.27 fail',
  ])('in words is one: %s', (words) => {
    expect(holdsToken(words)).toBe(false)
  })

  it.each([
    ['a JWT', JWT],
    ['in quotes', `INC-1 "${JWT}"`],
    ['behind the prefix of its maker', `glc_${HEADER}`],
    ['behind letters', `x${JWT}`],
    ['encoded for a URL', `Bearer%20${JWT}`],
    ['the beginning of one', `${HEADER}x`.slice(0, 23)],
    ['an opaque token with its scheme', 'Bearer tk_5f0c9a1e77b2d4'],
    ['a UUID with its scheme', 'bearer 3f2b8c1e-9d4a-4c7e-8b1f-2a6d5e9c0b7f'],
    ['an opaque token of a provider', 'Authorization: Bearer ya29.a0AfH6SMBx7k2Qw9Zr4TnY'],
  ])('that holds a token is none: %s', (_, text) => {
    expect(holdsToken(text)).toBe(true)
  })
})

describe('a path in the record', () => {
  it.each(['/surveyJobRunner', '/api/keyJournalService.start/x'])('in words stays: %s', (path) => {
    expect(withoutTokens(path)).toBe(path)
  })

  it.each([
    [`/x/${JWT}/y`, '/x/(hidden)/y'],
    [`/x/${HEADER}`, '/x/(hidden)'],
    ['/x/eyJhbGciOiJ', '/x/(hidden)'],
    [`/x/id-${JWT}`, '/x/id-(hidden)'],
    [`/x/token_${HEADER}`, '/x/token_(hidden)'],
    [`/x/t${JWT}`, '/x/t(hidden)'],
    [`/x/Bearer%20${HEADER}`, '/x/Bearer%20(hidden)'],
    [`/x/%3D${HEADER}`, '/x/%3D(hidden)'],
  ])('without the token in it: %s', (path, hidden) => {
    expect(withoutTokens(path)).toBe(hidden)
  })
})
