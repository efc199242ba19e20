import { describe, expect, it } from 'vitest'
import { judgeAssertion, parseAssertion } from '../../src/claims/assertion.ts'
import { inspectToken } from '../../src/claims/inspect.ts'
import { toldBy } from '../told.ts'

const how = { clientId: undefined, claimNames: undefined, responseScope: undefined }
const token = { ...inspectToken('opaque', how), opaque: false, signature: 'verified' as const }

const judge = (text: string, payload: Record<string, unknown> | undefined) =>
  judgeAssertion(token, payload, parseAssertion(text))

describe('how an assertion is written', () => {
  it.each([
    ['a == b', { path: 'a', operator: '==', value: 'b' }],
    ['a=b', { path: 'a', operator: '==', value: 'b' }],
    ['  a  !=  b c  ', { path: 'a', operator: '!=', value: 'b c' }],
    ['a>=1', { path: 'a', operator: '>=', value: '1' }],
    ['a <= 1', { path: 'a', operator: '<=', value: '1' }],
    ['a>1', { path: 'a', operator: '>', value: '1' }],
    ['a<1', { path: 'a', operator: '<', value: '1' }],
    ['a contains   b c', { path: 'a', operator: 'contains', value: 'b c' }],
    ['a exists', { path: 'a', operator: 'exists', value: '' }],
    ['a == x\ny', { path: 'a', operator: '==', value: 'x\ny' }],
    ['https://x.example/a:b == c', { path: 'https://x.example/a:b', operator: '==', value: 'c' }],
  ])('%j', (text, assertion) => {
    expect(parseAssertion(text)).toStrictEqual(assertion)
  })

  it.each(['a b == c', '== c', 'a', 'a contains', 'containsx', 'a exists b', '!a == b', ''])(
    'not as %j, and the form is told',
    async (text) => {
      expect(await toldBy(() => parseAssertion(text))).toEqual([
        `usage: --claim: "${text}" is not an assertion`,
        "Write it as 'path operator value', with one of == != >= <= > < contains exists: --claim 'email_verified == true'",
      ])
    },
  )

  it.each(['a ==', 'a != ', 'a=', 'n >=', 'a contains  '])(
    'not without a value, which a script forgot to set: %j',
    async (text) => {
      expect(await toldBy(() => parseAssertion(text))).toEqual([
        `usage: --claim: "${text}" has no value`,
        'Add a value, or use exists to test for the claim alone.',
      ])
    },
  )

  it('a long one is quoted in short', async () => {
    expect((await toldBy(() => parseAssertion('x'.repeat(100))))[0]).toBe(
      `usage: --claim: "${'x'.repeat(80)}" is not an assertion`,
    )
  })
})

describe('what it comes to', () => {
  const payload = {
    n: 3,
    text: '3',
    flag: true,
    words: 'a b',
    teams: 'ops dev',
    word: 'abc',
    list: ['a', 3],
    'custom:teams': '[ops, dev]',
    deep: { er: 'x', nil: null },
    blank: ' ',
    endless: 'Infinity',
    hex: '0x692d',
    decimal: '2.5',
  }
  it.each([
    ['n == 3', 'pass'],
    ['n == 4', 'fail'],
    ['n != 3', 'fail'],
    ['n != 4', 'pass'],
    ['list != a', 'fail'],
    ['list != 3', 'fail'],
    ['list != b', 'pass'],
    ['list != ["a",3]', 'fail'],
    ['words != b', 'fail'],
    ['words != a b', 'fail'],
    ['words != c', 'pass'],
    ['word != b', 'pass'],
    ['custom:teams != dev', 'fail'],
    ['custom:teams contains dev', 'pass'],
    ['custom:teams != de', 'pass'],
    ['deep != x', 'pass'],
    ['deep.nil != null', 'fail'],
    ['deep.none != x', 'unknown'],
    ['text == 3', 'pass'],
    ['flag == true', 'pass'],
    ['list == ["a",3]', 'pass'],
    ['list contains a', 'pass'],
    ['list contains 3', 'pass'],
    ['list contains b', 'fail'],
    ['words contains b', 'pass'],
    ['words contains c', 'fail'],
    ['teams contains dev', 'pass'],
    ['teams contains d', 'fail'],
    ['words contains a b', 'fail'],
    ['word contains b', 'fail'],
    ['n contains 3', 'fail'],
    ['n > 2', 'pass'],
    ['n > 3', 'fail'],
    ['n >= 3', 'pass'],
    ['n >= 4', 'fail'],
    ['n < 4', 'pass'],
    ['n < 3', 'fail'],
    ['n <= 3', 'pass'],
    ['n <= 2', 'fail'],
    ['text > 2', 'pass'],
    ['text >= 3', 'pass'],
    ['blank >= 0', 'fail'],
    ['endless >= 0', 'fail'],
    ['hex >= 0', 'fail'],
    ['decimal >= 2.5', 'pass'],
    ['n < Infinity', 'fail'],
    // Of a list, and not of the token.
    ['list.length >= 1', 'unknown'],
    ['list.length exists', 'fail'],
    ['list.0 == a', 'pass'],
    ['flag >= 0', 'fail'],
    ['n >= x', 'fail'],
    ['deep.er == x', 'pass'],
    ['deep.nil exists', 'pass'],
    ['deep.nil.x exists', 'fail'],
    ['n.x exists', 'fail'],
    ['text.length exists', 'fail'],
    ['deep.none == x', 'unknown'],
  ])('%s: %s', (text, verdict) => {
    expect(judge(text, payload).verdict).toBe(verdict)
  })
})
