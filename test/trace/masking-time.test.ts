import { expect, test } from 'vitest'
import { isSensitive } from '../../src/trace/masking/sensitive-keys.ts'
import { maskText } from '../../src/trace/masking.ts'

test('a secret in running text is found in linear time', () => {
  const started = Date.now()
  for (const text of [
    'a-'.repeat(50_000),
    'password'.repeat(20_000),
    `secret${' '.repeat(100_000)}`,
    '-----BEGIN PRIVATE KEY-----'.repeat(5_000),
    '"token":"'.repeat(10_000),
    '--token '.repeat(10_000),
    'bearer '.repeat(10_000),
    'eyJ-'.repeat(150_000),
    'password=['.repeat(200_000),
    'password="'.repeat(200_000),
    '\\"token\\":\\"'.repeat(200_000),
    'secret:{"\\'.repeat(200_000),
    `password${'\\'.repeat(1_000_000)}`,
    `password=${'\\'.repeat(1_000_000)}"`,
    `password="${'a'.repeat(20_000_000)}`,
    `password=${'token='.repeat(200_000)}`,
    `password=${'token=[]a'.repeat(200_000)}`,
    `password=${'token=['.repeat(200_000)}${']'.repeat(200_000)}`,
    `password=${"token='".repeat(200_000)}`,
    '{"a":"?token=\'"x\\'.repeat(60_000),
    '?token=a '.repeat(200_000),
    '?token=a'.repeat(200_000),
    `${'?token=a '.repeat(200_000)}"`,
    // One word behind a header, which is looked at as a name and as a value.
    `authorization: token ${'A.a1/'.repeat(200_000)}!`,
    `authorization: ${'Aa1'.repeat(200_000)}!`,
    `Authorization: token ${'a1-'.repeat(200_000)}=====`,
    `${'\\'.repeat(1_000_000)}"Cookie: a=("`,
  ])
    maskText(text)
  // Linear work takes seconds, also on a busy machine; quadratic would take hours.
  expect(Date.now() - started).toBeLessThan(60_000)
}, 120_000)

test.each([
  "password='",
  "password=''",
  "password='a''",
  "password=b'",
  'token=[',
  'token=(',
  "secret=['a",
  "secret={a: 'x', ",
  '{"a":"password=[", ',
  '{"a":"password=\'x", ',
  '"secret=[\\"',
  'password=a, ',
  '"',
  '\\"',
  "''",
  '""""x',
  '?ssn=',
  '&ssn=a"',
  '"?ssn=',
  "?ssn='",
  ';ssn="a;b";',
  "'\\'",
  "password='a'\\''",
  "password='a\n",
  "password=\\'a\n",
  "password=''a\n",
  "password='\n",
  ';a',
  '?%5b',
  'a://b',
  '"ssn":',
  '"ssn":"',
  '"ssn":{"',
  '"n": ',
  '"\\u0073sn":',
  '%3Fssn%3D',
  '%26a',
  '%2526a%253Da',
  '%25',
  '%26%25',
  '=%5B',
  '=a%',
  '%3A%2F%2Fa',
  '%3A%2F%2F',
  '@a:',
  '@tcp(a:',
  '://a:b/@',
  '://a:b@c',
  '%3A%2F%2F%2540',
  '=%2F%2Fa%40',
  '"name":"ssn","value":',
  '"name":"ssn","value":"',
  '"name":"ssn","a":"b",',
  '"name":"',
  '"value":"a","name":"ssn",',
  '"value":"',
  '"value":"\\',
  '\\"value\\":\\"a',
  '\\"value\\":\\"a\\",\\"name\\":\\"',
  '"value":1,',
  `{"name":'{"name":"token","value":['},`,
  `{"name":"{'name':'token','value':'a"},`,
  'name=token value=| ',
  "\"v\":'\\\\''",
  "\"v\":'\\\\''\\'",
  'token: |\n  a\n',
  'token: |\n \n',
  'token:|\\n a\\n',
  'token: |\n\n',
  'token: !a |\n a\n',
  'token: &a ',
  'token:|\\n\\n',
  'token:|\\n \\"a\\\\\\n',
  'token:\n - a1 # b\n',
  'token:\\n- a1 # \\"b',
  'token:\n - a\n',
  'token:\n-',
  'token:\\n - a',
  '|\n a',
  'Cookie: a="',
  'Cookie: a="";',
  "Cookie: a='",
  '"Cookie: a" ',
  '\\"Cookie: a=\\"b\\\\',
  'Cookie: a=b\\n',
  'Authorization: Token a"',
  'authorization: token ',
  'authorization: a1',
  'authorization:a1aaaaaa ',
  'authorization:a1Aaaaaa-aaaa.',
  'authorization: token AAaa1Aa/',
  'Authorization: Token "a" ',
  'Authorization: MAC a="',
  'h="Cookie: a=("',
  '"Cookie: a="b',
  '\\"Cookie: a=(\\\\',
  'authorization:',
  'Authorization: a1aaaaaaaaaaaaaa. ',
  '[["ssn","',
  '[["ssn",[',
  '],["ssn","a",',
  "[('ssn', '",
  "(b'ssn',b'",
  '[[',
  'map[name:ssn value:',
  'map[name:ssn a:b ',
  '{name: "ssn", ',
  '{name:ssn,value:{',
  'name=ssn ',
  "name=ssn, value='",
  'name=ssn value= ',
  '- name: ssn\n  value: |\n   a\n',
  'key:key:',
  '<password>',
  '<password>a',
  '<password></',
  '<password><![CDATA[',
  '<a key="password">a</a>',
  '\\u003cpassword\\u003ea',
  '&lt;token&gt;a',
  'form-data; name="ssn"\n\n',
  'form-data; name="ssn"\\r\\n',
  'form-data;',
  '"cookie","a=',
  '["cookie","a=b","',
  '"x-a-',
  'x-a-a-a-"',
  'password: !a ',
  'password: !!!! # a',
  'password: &a\n - ',
  'password: |#',
  'curl -u ',
  'mysql -p',
  'mysql -p"',
  'docker login -p a ',
  '"docker","login","-p",',
  'sshpass -p "',
  'curl -u a:',
  'curl -u "a:',
  "curl --user='a:",
  '"curl","-u",',
  "'ssn': ",
  "'ssn': '",
  "'ssn': {'",
  "{'sql': '",
  '"\\\\',
  '"\\\\a',
  '"\\u0073',
  '\\"card\\":\\"a\\",',
  '{"sql":"{\\"sql\\":',
  '{"sql":"SELECT 7","ip":"10.0.0.7"}',
])('%s, many times over, is masked in linear time', (part) => {
  const many = part.repeat(200_000 / part.length)
  const started = performance.now()
  maskText(many)
  maskText(`password=${many}`)
  maskText(`mysql -p${many}`)
  maskText(`{"a":"secret=[${many}","b":1}`)
  // A third of a second at most; where it is quadratic, seconds.
  expect(performance.now() - started).toBeLessThan(5_000)
})

test('and so are names, each of which is another one', () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `${'a.'.repeat(i % 60)}ssn${i}`)
  const started = performance.now()
  maskText(`{${names.map((name) => `"${name}":1`).join()}}`)
  maskText(`?${names.map((name) => `${name}=1`).join('&')}`)
  expect(performance.now() - started).toBeLessThan(20_000)
})

test('and so are values in quotes of ever more backslashes, none of which is closed', () => {
  const values = Array.from({ length: 400 }, (_, i) => `password=${'\\'.repeat(i)}'a\n`)
  const started = performance.now()
  maskText(values.join(''))
  maskText(values.join('').repeat(2))
  maskText(Array.from({ length: 400 }, (_, i) => `password=${"''".repeat(400 - i)}a\n`).join(''))
  expect(performance.now() - started).toBeLessThan(20_000)
})

test('and so are ever fewer quotes, none of which is closed', () => {
  const values = Array.from({ length: 1000 }, (_, i) => `password=${"''".repeat(1000 - i)}x\n`).join('')
  const started = performance.now()
  maskText(values + '('.repeat(1_000_000))
  maskText(values + "x'x ".repeat(250_000))
  // A second; it was minutes where each was looked for to the end of the text.
  expect(performance.now() - started).toBeLessThan(20_000)
})

const PIECES = [
  ...['"', "'", '\\', '\\"', "\\'", "'\\\\''", '[', ']', '{', '}', '"v":', '"name":', "'v':", '"ssn":"a",'],
  ...['token=', '%25', '%3D', '%40', '&', '=', ':', ' ', '@'],
]

function millisOf(text: string): number {
  const started = performance.now()
  maskText(text)
  return performance.now() - started
}

/** The piece and one or two others. Which of them is the first makes no difference: they are repeated. */
const together = (piece: string): readonly string[] => {
  const others = PIECES.slice(PIECES.indexOf(piece))
  return others.flatMap((two) => [piece + two, ...others.map((three) => piece + two + three)])
}

test.each(PIECES)(
  '%s and one or two other pieces, many times over, are masked in linear time',
  (piece) => {
    for (const part of together(piece)) {
      // A tenth of a second where it is quadratic, and mostly a few milliseconds: only what is slow is looked at again.
      if (millisOf(part.repeat(6_000 / part.length)) < 30) continue
      // Linear work takes a tenth of a second at most; quadratic takes ten.
      const isSlow = millisOf(part.repeat(60_000 / part.length)) > 3000
      expect({ part, isSlow }).toEqual({ part, isSlow: false })
    }
  },
  60_000,
)

test.each(['.', '_', '-', ':', 'aB', 'token.', 'usage.', 'input.', '.count', 'gen.ai.', 'creds.', 'client.'])(
  'a long key of %s is judged in linear time',
  (piece) => {
    const started = performance.now()
    isSensitive(`a${piece.repeat(200_000 / piece.length)}x`)
    // Linear work takes a tenth of a second; quadratic takes ten.
    expect(performance.now() - started).toBeLessThan(3000)
  },
  60_000,
)
