import { describe, expect, test } from 'vitest'
import { maskText } from '../../../src/trace/masking.ts'

describe('an item whose members stand without quotes', () => {
  test.each([
    ['a line', '- name: TOKEN\n  value: ', 'a\\b '],
    ['a block', '- name: TOKEN\n  value: |', '\n    x'],
    ['a word', 'name=token value=', '\\b'],
  ])('of millions of parts: %s', { timeout: 60_000 }, (_, name, part) => {
    const shown = `${name.replace('|', '')}[masked]`
    expect(maskText(name + part.repeat(4_000_000))).toBe(shown)
  })

  test('and in a bracket', { timeout: 60_000 }, () => {
    const value = 'a b'.repeat(4_000_000)
    expect(maskText(`{name: token, value: ${value}}`)).toBe('{name: token, value: [masked]}')
  })

  test.each([
    ['{name: "password", value: "S"}', '{name: "password", value: [masked]}'],
    ["{ name: 'cookie', path: '/', value: 'a b' }", "{ name: 'cookie', path: '/', value: [masked] }"],
    ['map[name:password value:S]', 'map[name:password value:[masked]]'],
    [
      '[map[name:authorization value:Basic abc] map[name:n value:seen]]',
      '[map[name:authorization value:[masked]] map[name:n value:seen]]',
    ],
    ['map[key:token type:x value:S T zone:seen]', 'map[key:token type:x value:[masked] zone:seen]'],
    ['Header{name=cookie, value=a=b; c, path=seen}', 'Header{name=cookie, value=[masked], path=seen}'],
    ['name=password value=S seen', 'name=password value=[masked] seen'],
    ['name=password, value=S, seen', 'name=password, value=[masked], seen'],
    ['header=authorization content=Basic abc seen', 'header=authorization content=[masked] seen'],
    ['set k=DB_PASSWORD v=[a, b] seen', 'set k=DB_PASSWORD v=[masked] seen'],
    ['name=net.peer.ip value=10.0.0.7', 'name=net.peer.ip value=10.0.0.7'],
    [
      '- name: DB_PASSWORD\n  value: S T\n- name: N\n  value: seen',
      '- name: DB_PASSWORD\n  value: [masked]\n- name: N\n  value: seen',
    ],
    ['- name: "TOKEN"\r\n  value: "S"\r\nseen', '- name: "TOKEN"\r\n  value: [masked]\r\nseen'],
    ['- name: TOKEN\n  value: |\n    S\n\n    T\n- seen', '- name: TOKEN\n  value: [masked]\n- seen'],
    ['{"m":"- name: TOKEN\\n  value: S T\\n- seen"}', '{"m":"- name: TOKEN\\n  value: [masked]\\n- seen"}'],
    ['{"msg":"name=db_password value=S3cr"}', '{"msg":"name=db_password value=[masked]"}'],
    ['{"m":"a\\nname: password\\nvalue: S3cr"}', '{"m":"a\\nname: password\\nvalue: [masked]"}'],
    ["'name=token value=S' seen", "'name=token value=[masked]' seen"],
    ['key=token_url value=https://h/?token=S', 'key=token_url value=https://h/?token=[masked]'],
    ['name=db_password value=strong', 'name=db_password value=[masked]'],
    ['{"m":"map[name:token value:S","n":"seen"}', '{"m":"map[name:token value:[masked]","n":"seen"}'],
    ['{"m":"{name: \\"token\\", value: \\"S\\"}"}', '{"m":"{name: \\"token\\", value: [masked]}"}'],
  ])('%j', (text, shown) => {
    expect(maskText(text)).toBe(shown)
    expect(maskText(shown)).toBe(shown)
  })

  test.each([
    'name: password policy, value: strict',
    'key=token_count value=5',
    'key=token_ttl value=30s',
    'name: token, value: null; name: session, value: true',
    'name=accept value=seen',
    '- name: TOKEN\n- name: N\n  value: seen',
    '- name: TOKEN\n  valueFrom:\n    secretKeyRef:\n      name: n\n      value: seen',
    'name: token = value: seen',
    'hostname=token value=seen',
    'name  key  value\ntoken token token',
    'name=token name=n value=seen',
    'metric name=session.duration value=12.5',
    'span name: session.open value: 3',
    'plugin name=auth-token v=3.1.2',
    'config key=password.encoder value=bcrypt',
    'key=email value=duplicate',
    '- name: SESSION_STORE\n  value: redis\n- name: COOKIE_DOMAIN\n  value: shop.example',
    '- name: COOKIE_SECURE\n  value: "true"\n- name: TOKEN_URL\n  value: https://idp.example/token',
    '- name: TOKEN_EXPIRY\n  value: 1h\n- name: JWT_ALGORITHM\n  value: RS256',
    '- name: EMAIL_HOST\n  value: smtp.example',
    "{ name: 'email', value: '', id: 1 }",
    '{"m":"{ name: \\"email\\", value: \\"\\", id: 1 }"}',
    '{"metric":{"name":"session.duration","value":42}}',
    '{"name":"password_strength","value":"strong"}',
  ])('is not masked in %j', (text) => {
    expect(maskText(text)).toBe(text)
  })
})
