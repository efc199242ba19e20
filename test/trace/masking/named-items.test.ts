import { describe, expect, test } from 'vitest'
import { maskText, maskTrace } from '../../../src/trace/masking.ts'
import type { AttributeValue } from '../../../src/trace/model.ts'
import { makeSpan, makeTrace } from '../make.ts'

/** JSON that is a text within JSON, `levels` times. */
const inJson = (text: string, levels: number): string =>
  levels === 0 ? text : inJson(JSON.stringify({ message: text, ok: ['seen'] }), levels - 1)

describe('an item of a list that holds a name and its value', () => {
  test.each([
    [
      `{"name":'{"name":"token","value":["S'},"n":"seen"}`,
      `{"name":'{"name":"token","value":[masked]'},"n":"seen"}`,
    ],
    [
      `{'name': 'a', 'value': '{"name":"token","value":"S', 'n': 'seen'}`,
      `{'name': 'a', 'value': '{"name":"token","value":[masked]', 'n': 'seen'}`,
    ],
  ])('a value that is cut off ends with the text that it stands in: %s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
    expect(maskText(shown)).toBe(shown)
  })

  test.each([
    ['[{"name":"Authorization","value":"Basic abc"}]', '[{"name":"Authorization","value":[masked]}]'],
    [
      '[{"key": "db.password", "value": "x y"}, {"key": "n", "value": "seen"}]',
      '[{"key": "db.password", "value": [masked]}, {"key": "n", "value": "seen"}]',
    ],
    ['{"Name":"DB_PASSWORD","Value":"x"}', '{"Name":"DB_PASSWORD","Value":[masked]}'],
    ['{"k":"phone","v":4930},{"k":"n","v":7}', '{"k":"phone","v":[masked]},{"k":"n","v":7}'],
    ['{"key":"cookie","value":{"stringValue":"x}"}},{"n":1}', '{"key":"cookie","value":[masked]},{"n":1}'],
    [
      '{"name":"email","type":"text","max":9,"value":"x"}',
      '{"name":"email","type":"text","max":9,"value":[masked]}',
    ],
    ['{"value":"Basic \\"abc","name":"Authorization"}', '{"value":[masked],"name":"Authorization"}'],
    ['{"value" : 4111, "name" : "card_number"}', '{"value" : [masked], "name" : "card_number"}'],
    ["[{'name': 'Authorization', 'value': 'Basic abc'}]", "[{'name': 'Authorization', 'value': [masked]}]"],
    ['{"name":"\\u0073sn","value":"1-2"}', '{"name":"\\u0073sn","value":[masked]}'],
    ['{"name":"ip","value":"10.0.0.7"}', '{"name":"ip","value":"10.0.0.7"}'],
    ['{"name":"ip","value":"203.0.113.5"}', '{"name":"ip","value":[masked]}'],
    ['{"value":"10.0.0.7","name":"ip"}', '{"value":"10.0.0.7","name":"ip"}'],
    ['{"name":"token","value":"cut o', '{"name":"token","value":[masked]'],
    ['{\n  "name": "token",\n  "value": "x"\n}', '{\n  "name": "token",\n  "value": [masked]\n}'],
    [
      `{"name":"password","note":"it's \\"so\\"","value":"S"}`,
      `{"name":"password","note":"it's \\"so\\"","value":[masked]}`,
    ],
    [
      `{"value":"S","note":"${'long '.repeat(50)}","name":"password"}`,
      `{"value":[masked],"note":"${'long '.repeat(50)}","name":"password"}`,
    ],
    [
      '{"name":"password","tags":["x",[]],"meta":{"a":{}},"n":-1.5e+3,"value":"S"}',
      '{"name":"password","tags":["x",[]],"meta":{"a":{}},"n":-1.5e+3,"value":[masked]}',
    ],
    [
      '{"name":"ssn","a":1,"b":"","c":null,"d":4,"value":-1.5e+3}',
      '{"name":"ssn","a":1,"b":"","c":null,"d":4,"value":[masked]}',
    ],
    ['{"value":["S"],"name":"Authorization"}', '{"value":[masked],"name":"Authorization"}'],
    [
      '{"value":{"stringValue":"S"},"key":"password"},{"key":"n","value":{"stringValue":"seen"}}',
      '{"value":[masked],"key":"password"},{"key":"n","value":{"stringValue":"seen"}}',
    ],
    ['{"name":"Cookie","values":["a","b"]}', '{"name":"Cookie","values":[masked]}'],
    ['{"values":["a"],"name":"Cookie"}', '{"values":[masked],"name":"Cookie"}'],
    ['{"key":"token","val":"S"}', '{"key":"token","val":[masked]}'],
    ['{"header":"authorization","content":"S"}', '{"header":"authorization","content":[masked]}'],
    ['{"content":"S","header":"Set-Cookie"}', '{"content":[masked],"header":"Set-Cookie"}'],
    [
      '{"key":"a","value":{"kvlistValue":{"values":[{"key":"token","value":{"arrayValue":{"values":[{"stringValue":"S"}]}}}]}}}',
      '{"key":"a","value":{"kvlistValue":{"values":[{"key":"token","value":[masked]}]}}}',
    ],
    ['{"name":"n","value":[{"k":"jwt","v":"S"}]}', '{"name":"n","value":[{"k":"jwt","v":[masked]}]}'],
    [
      '{"value":"S","n":{"name":"a","value":1},"name":"jwt"}',
      '{"value":[masked],"n":{"name":"a","value":1},"name":"jwt"}',
    ],
    ['got "name": "jwt", "value": "S", then', 'got "name": "jwt", "value": [masked], then'],
    ["{'value': ('a', 'b'), 'name': u'Cookie'}", "{'value': [masked], 'name': u'Cookie'}"],
  ])('%s', (text, shown) => {
    expect(maskText(text)).toBe(shown)
    expect(maskText(shown)).toBe(shown)
  })

  test.each([0, 1, 2])('%i levels deep in JSON', (levels) => {
    const forth = '[{"name":"Cookie","value":"a b"},{"name":"Accept","value":"seen"}]'
    expect(maskText(inJson(forth, levels))).toBe(
      inJson(forth.replace('"a b"', 'V'), levels).replace('V', '[masked]'),
    )
    const back = '[{"value":"a b","name":"Cookie"},{"value":"seen","name":"Accept"}]'
    expect(maskText(inJson(back, levels))).toBe(
      inJson(back.replace('"a b"', 'V'), levels).replace('V', '[masked]'),
    )
  })

  test.each([
    ['[{"name":"Accept","value":"text/html"},{"name":"x","value":"Authorization"}]'],
    ['{"name":"token.count","value":7}'],
    ['{"name":"password","value":null},{"name":"session","value":""},{"name":"jwt","value":true}'],
    ['{"name":"token"},{"value":"seen"}'],
    ['{"value":"seen"},{"name":"token"}'],
    ['{"name":"token","label":"a","values":"seen"}'],
    ['{"values":"seen","name":"token"}'],
    [
      '[{"name":"email.sent","value":5},{"value":"30s","name":"token_ttl"},{"name":"session_timeout","value":"5"}]',
    ],
    ['{"name":"password_errors","value":2},{"key":"password-login","value":"true"}'],
    ['{"name":"password_file","value":"/run/secrets/db"},{"name":"token_enabled","value":"on"}'],
    ['{"meta":{"name":"token"},"value":"seen"}'],
    ['{"value":"seen","meta":{"name":"token"}}'],
    ['{"value":[],"name":"n"}'],
    ['{"header":"Forgot password","content":"seen"}'],
    ['{"header":"accept","content":"seen"},{"role":"token","content":"seen"}'],
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
        { name: 'Authorization', value: 'Basic abc' },
        { name: 'Accept', value: 'seen' },
      ],
      [
        { name: 'Authorization', value: '[masked]' },
        { name: 'Accept', value: 'seen' },
      ],
      1,
    ],
    [{ value: 4111, key: 'card_number' }, { value: '[masked]', key: 'card_number' }, 1],
    [{ Name: 'DB_PASSWORD', Value: 'x' }, { Name: 'DB_PASSWORD', Value: '[masked]' }, 1],
    [{ header: 'cookie', content: 'x' }, { header: 'cookie', content: '[masked]' }, 1],
    [{ header: 'Forgot password', content: 'seen' }, { header: 'Forgot password', content: 'seen' }, 0],
    [{ key: 'jwt', val: 7 }, { key: 'jwt', val: '[masked]' }, 1],
    [{ k: 'cookie', v: ['a'] }, { k: 'cookie', v: '[masked]' }, 1],
    [{ key: 'phone', value: { stringValue: '1' }, n: 1 }, { key: 'phone', value: '[masked]', n: 1 }, 1],
    [{ name: 'ip', value: '10.0.0.7' }, { name: 'ip', value: '10.0.0.7' }, 0],
    [{ name: 'token', value: '' }, { name: 'token', value: '' }, 0],
    [{ name: 'token', values: 'seen' }, { name: 'token', values: 'seen' }, 0],
    [{ name: 'cookie', values: ['a'] }, { name: 'cookie', values: '[masked]' }, 1],
    [{ name: 'token_ttl', value: '30s' }, { name: 'token_ttl', value: '30s' }, 0],
    [{ name: 'token_ttl', value: 'x' }, { name: 'token_ttl', value: '[masked]' }, 1],
    [{ name: 7, value: 'seen' }, { name: 7, value: 'seen' }, 0],
    [{ name: 'n', key: 'token', value: 'x' }, { name: 'n', key: 'token', value: '[masked]' }, 1],
  ])('%j', (value, masked, count) => {
    expect(shown(value)).toEqual([masked, count])
  })
})
