import { describe, expect, test } from 'vitest'
import { maskText, maskTrace } from '../../src/trace/masking.ts'
import type { AttributeValue } from '../../src/trace/model.ts'
import { makeSpan, makeTrace } from './make.ts'

describe('a secret, however it is written', () => {
  test.each([
    ['cut eyJhbGciOiJI.eyJzdWIiOiIx', 'cut [masked]'],
    ['Bearer   abcdefghijkl, bearer  abcdefghijk1', '[masked], [masked]'],
    ['said Basic QWxhZGRpbjpv', 'said [masked]'],
    ['BEARER ABCDEFGHIJKL and BASIC QWxhZGRpbjpv', '[masked] and [masked]'],
    ['bearer abcdefghijkLmnop', '[masked]'],
    ['bearer ABCDEFGHIJKLMNOP', 'bearer ABCDEFGHIJKLMNOP'],
    [`ghp_${'a1'.repeat(10)} ghs_${'b2'.repeat(10)}`, '[masked] [masked]'],
    ['ghp_short ghx_aaaaaaaaaaaaaaaaaaaaaaaa', 'ghp_short ghx_aaaaaaaaaaaaaaaaaaaaaaaa'],
    ['ada.l+x@mail.example.co.uk wrote', '[masked] wrote'],
    ['a@b.example and c@d.example', '[masked] and [masked]'],
    ['see 10 of code=x', 'see 10 of code=x'],
    ['/a?x_token=1&my.key=2&-auth=3', '/a?x_token=[masked]&my.key=[masked]&-auth=[masked]'],
    ['/a?session_state=1;sessionid=2', '/a?session_state=[masked];sessionid=[masked]'],
    ['apikey=a accesstoken=b authtoken=c', 'apikey=[masked] accesstoken=[masked] authtoken=[masked]'],
    ['access_token: b auth-token: c', 'access_token: [masked] auth-token: [masked]'],
    ['password = "open sesame", next', 'password = [masked], next'],
    ["pwd='open sesame' next", 'pwd=[masked] next'],
    ['--db-password x --my_secret=y', '--db-password [masked] --my_secret=[masked]'],
    [
      '--apikey x --api-key y --accesskey z --access-key w',
      '--apikey [masked] --api-key [masked] --accesskey [masked] --access-key [masked]',
    ],
    ['--token   x', '--token   [masked]'],
    ['--token "a b" c', '--token [masked] c'],
    ["--token 'a b' c", '--token [masked] c'],
    ['{"x_token" : "a","my.cookie":"b"}', '{"x_token" : [masked],"my.cookie":[masked]}'],
    [
      '{"privatekey":"a","private_key":"b","accesskey":"c"}',
      '{"privatekey":[masked],"private_key":[masked],"accesskey":[masked]}',
    ],
  ])('%s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })
})

describe('a trace that is masked', () => {
  const masked = (attributes: readonly (readonly [string, AttributeValue])[], message?: string) => {
    const span = { ...makeSpan({ id: 1, name: 'get', message: message ?? '' }), attributes }
    if (message === undefined) Object.assign(span, { statusMessage: undefined })
    const { trace, masked: count } = maskTrace({ ...makeTrace(), spans: [span] })
    const [one] = trace.spans
    return { attributes: one?.attributes, message: one?.statusMessage, count: count() }
  }

  test('shows what is no value: nothing, an empty text, yes and no', () => {
    const nothing = [
      ['password', null],
      ['token', ''],
      ['session', true],
    ] as const
    expect(masked(nothing)).toEqual({ attributes: nothing, message: undefined, count: 0 })
  })

  test('counts what it has masked, text by text', () => {
    const three = masked(
      [
        ['password', 'p'],
        ['note', 'mail a@b.example'],
        ['other', 'key = value: none'],
        ['list', ['x', 'a@b.example']],
      ],
      'fine: nothing here',
    )
    expect(three.count).toBe(3)
    expect(three.message).toBe('fine: nothing here')
  })
})
