import { describe, expect, test } from 'vitest'
import { maskText, maskValue } from '../../../src/trace/masking.ts'

describe('headers as a list of names and values in turn', () => {
  test.each([
    ['["Host","a.example","Cookie","sid=S"]', '["Host","a.example","Cookie",[masked]]'],
    ['["X-Api-Key","S3cr3t"]', '["X-Api-Key",[masked]]'],
    ['["X-Api-Key","hunter2"]', '["X-Api-Key",[masked]]'],
    ['["X-Api-Key","abcdefghijklmno123"]', '["X-Api-Key",[masked]]'],
    ['["authorization","token 5f3a9c","n","seen"]', '["authorization",[masked],"n","seen"]'],
    [
      "rawHeaders: [\n  'Host',\n  'a',\n  'Cookie',\n  'sid=S; b=c'\n]",
      "rawHeaders: [\n  'Host',\n  'a',\n  'Cookie',\n  [masked]\n]",
    ],
    ['["Cookie","Authorization","token 5f3a9c"]', '["Cookie","Authorization",[masked]]'],
    ['{"m":"[\\"Cookie\\",\\"sid=S\\"]","n":"seen"}', '{"m":"[\\"Cookie\\",[masked]]","n":"seen"}'],
    ["[b'x-auth-token', b'S3cr3t', b'n', b'seen']", "[b'x-auth-token', [masked], b'n', b'seen']"],
    ['{"rawHeaders":["Set-Cookie","sid=\\"S\\"; Path=/"]}', '{"rawHeaders":["Set-Cookie",[masked]]}'],
    ['["Cookie","sid=S', '["Cookie",[masked]'],
  ])('%j', (text, shown) => {
    expect(maskText(text)).toBe(shown)
    expect(maskText(shown)).toBe(shown)
  })

  test.each([
    '["Cookie","Authorization"]',
    '{"vary":["Cookie","Accept-Encoding","X-Api-Key","X-Request-Id"]}',
    '{"allowed":["X-Amz-Security-Token","X-Amz-Content-Sha256"],"n":"a=b"}',
    '["authorization","*"]',
    '["Authorization","X-Acme-*","X-2FA-Code"]',
    '["cookie","*password*"]',
    '["helm","upgrade","email-service","./charts/1=a"]',
    '["docker","run","email-service","--port=8080"]',
    '["kubectl","logs","auth-token","--namespace=prod"]',
    '["auth-token-service","10.0.0.1:8080","healthy"]',
    '{"kind":["cookie"],"b":"a=b"}',
    '["x-csrf-token",""]',
    '["Cookie","a"]',
    '["x-token-expiry","30s"]',
    '["content-type","text/html; charset=utf-8","etag","W/5"]',
  ])('but not in %s', (text) => {
    expect(maskText(text)).toBe(text)
  })

  test('of an attribute that is a list', () => {
    expect(maskValue('raw', ['Host', 'a', 'Cookie', 'sid=S', 'X-Api-Key', 'S3cr3t', 'n', 'a=b'])).toEqual([
      ...['Host', 'a', 'Cookie', '[masked]', 'X-Api-Key', '[masked]', 'n', 'a=b'],
    ])
    const names = ['Cookie', 'Authorization', 'X-Api-Key', '*']
    expect(maskValue('vary', names)).toEqual(names)
  })
})
