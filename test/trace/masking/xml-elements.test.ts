import { describe, expect, test } from 'vitest'
import { maskText } from '../../../src/trace/masking.ts'

describe('values of XML', () => {
  test.each([
    ['<password>S</password>', '<password>[masked]</password>'],
    [
      '<s:Envelope><wsse:Username>S</wsse:Username><wsse:Password Type="#PasswordText">S T</wsse:Password></s:Envelope>',
      '<s:Envelope><wsse:Username>[masked]</wsse:Username><wsse:Password Type="#PasswordText">[masked]</wsse:Password></s:Envelope>',
    ],
    ['<a>seen</a><apiKey>\n  S\n</apiKey><b>seen</b>', '<a>seen</a><apiKey>[masked]</apiKey><b>seen</b>'],
    ['<token><![CDATA[S<b>]]></token>seen', '<token>[masked]</token>seen'],
    ['<token><![CDATA[S', '<token>[masked]'],
    ['got <password>S</password> from a', 'got <password>[masked]</password> from a'],
    ['<entry key="db.password">S</entry>', '<entry key="db.password">[masked]</entry>'],
    ["<param name='api_key'>S</param>", "<param name='api_key'>[masked]</param>"],
    ['{"m":"<password>S<\\/password>","n":"seen"}', '{"m":"<password>[masked]<\\/password>","n":"seen"}'],
    [
      '{"m":"\\u003cpassword\\u003eS\\u003c/password\\u003e","n":"seen"}',
      '{"m":"\\u003cpassword\\u003e[masked]\\u003c/password\\u003e","n":"seen"}',
    ],
    ['&lt;password&gt;S&lt;/password&gt;', '&lt;password&gt;[masked]&lt;/password&gt;'],
    ['<login><password>S and the rest is cut', '<login><password>[masked]'],
    ['<a/>\n<?xml version="1.0"?><password>S', '<a/>\n<?xml version="1.0"?><password>[masked]'],
    ['{"m":"<login><password>S","n":"seen"}', '{"m":"<login><password>[masked]","n":"seen"}'],
    ['<login><password>S</pass', '<login><password>[masked]</pass'],
    ['<password>\n  <![CDATA[S]]>\n</password>', '<password>[masked]</password>'],
    ['<password>S&lt;S</password>', '<password>[masked]</password>'],
    ['<password><!-- seen -->S</password>', '<password>[masked]</password>'],
    ['<password>S"S",x</password>', '<password>[masked]</password>'],
    ['<peer.ipv4>203.0.113.5</peer.ipv4>', '<peer.ipv4>[masked]</peer.ipv4>'],
  ])('%j', (text, shown) => {
    expect(maskText(text)).toBe(shown)
    expect(maskText(shown)).toBe(shown)
  })

  test.each([
    '<password/><n>seen</n>',
    '<password nil="true"/>seen</n>',
    '<session><id>seen</id></session>',
    '<token></token> <token> </token>',
    'List<Token> was empty',
    '<14>1 - host app - - - got Optional<Token> from cache\nline 2',
    '<anonymous> Promise<Session> rejected\n    at foo',
    'Map<String, Email> vs List<Email>, body: </order>',
    '<entry>cache List<Token> loaded</entry>',
    '<password> is a required argument',
    'usage: login <username> <password>',
    '<forwarded>true</forwarded>',
    '<a key="email" href="/x">Contact us</a>',
    '<string name="forgot_password">Forgot your password?</string>',
    '{"m":"Optional<Token> was empty","n":"</a>"}',
    'Map<String, Session> m = new HashMap<>()',
    '<password>invalid</password>',
    '<peer.ipv4>10.0.0.7</peer.ipv4>',
    '<label for="password">seen</label>',
    '<token-expiry>30s</token-expiry>',
  ])('but not in %s', (text) => {
    expect(maskText(text)).toBe(text)
  })
})

describe('fields of a form with files', () => {
  const field = (name: string, value: string, newLine = '\r\n') =>
    ['--b', `Content-Disposition: form-data; ${name}`, '', value, '--b', ''].join(newLine)

  test.each([
    [field('name="password"', 'S T'), field('name="password"', '[masked]')],
    [field('name="password"', 'S"S\nS'), field('name="password"', '[masked]')],
    [field('name="password"', '"S" and S'), field('name="password"', '[masked]')],
    [field('name=password', 'S'), field('name=password', '[masked]')],
    [
      field('name="private_key"; filename="k"\r\nContent-Type: text/plain', 'S\r\nS'),
      field('name="private_key"; filename="k"\r\nContent-Type: text/plain', '[masked]'),
    ],
    [field('name="token"', 'S', '\n'), field('name="token"', '[masked]', '\n')],
    ['form-data;name="password" \n\nS and the rest is cut', 'form-data;name="password" \n\n[masked]'],
    [
      JSON.stringify({ body: field('name="user[phone]"', '+49 "30"'), n: 'seen' }),
      JSON.stringify({ body: field('name="user[phone]"', '[masked]'), n: 'seen' }),
    ],
    [
      '{"body":"form-data; name=password\\n\\nS","n":"seen"}',
      '{"body":"form-data; name=password\\n\\n[masked]","n":"seen"}',
    ],
  ])('%j', (text, shown) => {
    expect(maskText(text)).toBe(shown)
    expect(maskText(shown)).toBe(shown)
  })

  test('but not the others', () => {
    const text = field('name="note"', 'seen')
    expect(maskText(text)).toBe(text)
    expect(maskText('form-data; name="password" is missing')).toBe('form-data; name="password" is missing')
  })
})
