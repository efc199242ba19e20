import { describe, expect, test } from 'vitest'
import { maskText, maskTrace } from '../../../src/trace/masking.ts'
import type { AttributeValue } from '../../../src/trace/model.ts'
import { makeSpan, makeTrace } from '../make.ts'

/** JSON that is a text within JSON, `levels` times. */
const inJson = (text: string, levels: number): string =>
  levels === 0 ? text : inJson(JSON.stringify({ message: text, ok: ['seen'] }), levels - 1)

describe('a pair of a name and its value, in a list of them', () => {
  test.each([
    ['[["authorization","S"],["accept","*/*"]]', '[["authorization",[masked]],["accept","*/*"]]'],
    ['[["accept","*/*"],["cookie","S"]]', '[["accept","*/*"],["cookie",[masked]]]'],
    ["[('authorization', 'S'), ('accept', '*/*')]", "[('authorization', [masked]), ('accept', '*/*')]"],
    ["[('accept', '*/*'), ('x-api-key', u'S')]", "[('accept', '*/*'), ('x-api-key', [masked])]"],
    ["(b'authorization', b'S')", "(b'authorization', [masked])"],
    ["((b'cookie', b'a=\"b\"'), (b'n', b'seen'))", "((b'cookie', [masked]), (b'n', b'seen'))"],
    ["{('password', 'S'), ('n', 'seen')}", "{('password', [masked]), ('n', 'seen')}"],
    ['[["session",["a","b"]],["n",["seen"]]]', '[["session",[masked]],["n",["seen"]]]'],
    ['[["phone",4930],["n",7]]', '[["phone",[masked]],["n",7]]'],
    ['[\n  [\n    "token",\n    "S"\n  ]\n]', '[\n  [\n    "token",\n    [masked]\n  ]\n]'],
    ['[["n",1],["token","cut o', '[["n",1],["token",[masked]'],
    ['[["n",[["token","S"]],3]]', '[["n",[["token",[masked]]],3]]'],
    [
      '[["net.peer.ip","10.0.0.7"],["net.peer.ip","203.0.113.5"]]',
      '[["net.peer.ip","10.0.0.7"],["net.peer.ip",[masked]]]',
    ],
    ['[{:password, "S"}, {:n, "seen"}]', '[{:password, [masked]}, {:n, "seen"}]'],
    ['{:api_key, "S"}', '{:api_key, [masked]}'],
  ])('%s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
    expect(maskText(shown)).toBe(shown)
  })

  test.each([
    ['[["password","hunter"]]', '[["password",[masked]]]'],
    ['[["phone","+49 30"],["session","a7"]]', '[["phone",[masked]],["session",[masked]]]'],
    ['[["cookie","work"]]', '[["cookie",[masked]]]'],
  ])('also where it is a word, and where it is no word: %s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
  })

  test.each([1, 2])('%i levels deep in JSON', (levels) => {
    const pairs = '[["cookie","a b"],["accept","seen"]]'
    expect(maskText(inJson(pairs, levels))).toBe(
      inJson(pairs.replace('"a b"', 'V'), levels).replace('V', '[masked]'),
    )
  })

  test('also where its value is cut off in JSON', () => {
    expect(maskText('{"m":"[[\\"token\\",\\"cut","n":"seen"}')).toBe(
      '{"m":"[[\\"token\\",[masked]","n":"seen"}',
    )
  })

  test.each([
    ['[["id","name"],["accept","seen"]]'],
    ['{"required":["email","password"]}'],
    ["validates(['email', 'password']) and IN ('email', 'phone')"],
    ['[["token","name","id"],["email","a",1]]'],
    ['[["session",null],["token",true],["cookie",""]]'],
    ['[["token_ttl","30s"],["password_errors",2],["secret_file","/run/secrets/db"]]'],
    ['[["Forgot your password","seen"]]'],
    ["[('id', 'token'), ('n', 'seen')]"],
    ['| email | token |\n| a | b |'],
    ["(a, b) IN (('email','work'),('phone','home'))"],
    ['[["email","asc"],["username","desc"],["token","asc"]]'],
    ['[["session","getSession"],{"type":"query"}]'],
    ['[["password","too short"],["email","taken"],["token","is required"]]'],
    ["[('email', 'TEXT'), ('phone', 'is invalid'), ('password', 'varchar')]"],
    ['{"m":"[[\\"email\\",\\"asc\\"]]"}'],
  ])('is not masked in %s', (text) => {
    expect(maskText(text)).toBe(text)
  })
})

describe('the same as the value of an attribute', () => {
  const shown = (value: AttributeValue) => {
    const span = { ...makeSpan({ id: 1, name: 'get' }), attributes: [['headers', value]] as const }
    const { trace, masked } = maskTrace({ ...makeTrace(), spans: [span] })
    return [trace.spans[0]?.attributes[0]?.[1], masked()]
  }

  test.each<[AttributeValue, AttributeValue, number]>([
    [
      [
        ['authorization', 'S'],
        ['accept', 'seen'],
      ],
      [
        ['authorization', '[masked]'],
        ['accept', 'seen'],
      ],
      1,
    ],
    [[['cookie', ['a']]], [['cookie', '[masked]']], 1],
    [[['phone', 49n]], [['phone', '[masked]']], 1],
    [[['net.peer.ip', '10.0.0.7']], [['net.peer.ip', '10.0.0.7']], 0],
    [
      [
        ['token', ''],
        ['session', null],
      ],
      [
        ['token', ''],
        ['session', null],
      ],
      0,
    ],
    [[['token_ttl', '30s']], [['token_ttl', '30s']], 0],
    [['email', 'password'], ['email', 'password'], 0],
    [[['token', 'name', 'id']], [['token', 'name', 'id']], 0],
    [[['Forgot your password', 'seen']], [['Forgot your password', 'seen']], 0],
    [[[7, 'seen']], [[7, 'seen']], 0],
    [[['session', 'getSession'], { type: 'query' }], [['session', 'getSession'], { type: 'query' }], 0],
    [
      [
        ['email', 'asc'],
        ['token', 'desc'],
      ],
      [
        ['email', 'asc'],
        ['token', 'desc'],
      ],
      0,
    ],
    [[['token', { toString: 'S' }]], [['token', '[masked]']], 1],
    [{ a: { toString: 'seen', valueOf: 7 } }, { a: { toString: 'seen', valueOf: 7 } }, 0],
    [{ name: 'token', value: { toString: 'S' } }, { name: 'token', value: '[masked]' }, 1],
    [{ name: 'token_ttl', value: 30 }, { name: 'token_ttl', value: 30 }, 0],
  ])('%#', (value, masked, count) => {
    expect(shown(value)).toEqual([masked, count])
  })
})
