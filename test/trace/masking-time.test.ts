import { expect, test } from 'vitest'
import { isSensitive } from '../../src/trace/masking/sensitive-keys.ts'
import { maskText } from '../../src/trace/masking.ts'

/** Processor time, which other programs on a busy machine don't add to. */
function timeOf(work: () => unknown): number {
  const started = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(started)
  return user + system
}

/** Ordinary work of this machine in this run: less is too little to compare. */
const ordinary = 'GET /users?id=7&token=abc {"password": "hunter2", "page": 1} '.repeat(16_000)
maskText(ordinary)
const UNIT = timeOf(() => maskText(ordinary))

/** Four times the text takes four times as long where the work is linear, and sixteen times where it's quadratic. */
function isLinear(work: (share: number) => unknown): boolean {
  work(1 / 16)
  for (let tries = 0; tries < 5; tries++) {
    const quarter = timeOf(() => work(1 / 4))
    const whole = timeOf(() => work(1))
    if (whole < UNIT || whole < 8 * quarter) return true
  }
  return false
}

test('a secret in running text is found in linear time', () => {
  const texts: readonly ((share: number) => string)[] = [
    (share) => 'a-'.repeat(share * 50_000),
    (share) => 'password'.repeat(share * 20_000),
    (share) => `secret${' '.repeat(share * 100_000)}`,
    (share) => '-----BEGIN PRIVATE KEY-----'.repeat(share * 5_000),
    (share) => '"token":"'.repeat(share * 10_000),
    (share) => '--token '.repeat(share * 10_000),
    (share) => 'bearer '.repeat(share * 10_000),
    (share) => 'eyJ-'.repeat(share * 150_000),
    (share) => 'password=['.repeat(share * 200_000),
    (share) => 'password="'.repeat(share * 200_000),
    (share) => '\\"token\\":\\"'.repeat(share * 200_000),
    (share) => 'secret:{"\\'.repeat(share * 200_000),
    (share) => `password${'\\'.repeat(share * 1_000_000)}`,
    (share) => `password=${'\\'.repeat(share * 1_000_000)}"`,
    (share) => `password="${'a'.repeat(share * 20_000_000)}`,
    (share) => `password=${'token='.repeat(share * 200_000)}`,
    (share) => `password=${'token=[]a'.repeat(share * 200_000)}`,
    (share) => `password=${'token=['.repeat(share * 200_000)}${']'.repeat(share * 200_000)}`,
    (share) => `password=${"token='".repeat(share * 200_000)}`,
    (share) => '{"a":"?token=\'"x\\'.repeat(share * 60_000),
    (share) => '?token=a '.repeat(share * 200_000),
    (share) => '?token=a'.repeat(share * 200_000),
    (share) => `${'?token=a '.repeat(share * 200_000)}"`,
    // One word behind a header, which is looked at as a name and as a value.
    (share) => `authorization: token ${'A.a1/'.repeat(share * 200_000)}!`,
    (share) => `authorization: ${'Aa1'.repeat(share * 200_000)}!`,
    (share) => `Authorization: token ${'a1-'.repeat(share * 200_000)}=====`,
    (share) => `${'\\'.repeat(share * 1_000_000)}"Cookie: a=("`,
  ]
  const slow = texts.filter((text) => !isLinear((share) => maskText(text(share))))
  expect(slow.map((text) => text(1).slice(0, 60))).toEqual([])
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
])(
  '%s, many times over, is masked in linear time',
  (part) => {
    const isMasked = (around: (many: string) => string): boolean =>
      isLinear((share) => maskText(around(part.repeat((share * 200_000) / part.length))))
    expect({
      alone: isMasked((many) => many),
      asValue: isMasked((many) => `password=${many}`),
      inCommand: isMasked((many) => `mysql -p${many}`),
      inJson: isMasked((many) => `{"a":"secret=[${many}","b":1}`),
    }).toEqual({ alone: true, asValue: true, inCommand: true, inJson: true })
  },
  60_000,
)

// A program is looked for in up to 512 signs before each flag, and only there.
test.each(['\\",', '\\"', '"""x', "'\\'", '"curl","-u",'])(
  '%s, many times over, behind a command takes no longer than a few such texts alone',
  (part) => {
    const many = part.repeat(200_000 / part.length)
    maskText(`mysql -p${many}`)
    const times = [1, 2, 3].map(() => timeOf(() => maskText(`mysql -p${many}`)))
    expect(Math.min(...times)).toBeLessThan(4 * UNIT)
  },
)

/** As many as give a share of the text: each is longer than the one before. */
const ofGrowing = (count: number, share: number, value: (i: number, count: number) => string): string => {
  const length = Math.floor(count * Math.sqrt(share))
  return Array.from({ length }, (_, i) => value(i, length)).join('')
}

test('and so are names, each of which is another one', () => {
  const names = (share: number): string[] =>
    Array.from({ length: share * 20_000 }, (_, i) => `${'a.'.repeat(i % 60)}ssn${i}${share}`)
  expect(
    isLinear((share) =>
      maskText(
        `{${names(share)
          .map((name) => `"${name}":1`)
          .join()}}`,
      ),
    ),
  ).toBe(true)
  expect(
    isLinear((share) =>
      maskText(
        `?${names(share)
          .map((name) => `${name}=1`)
          .join('&')}`,
      ),
    ),
  ).toBe(true)
}, 60_000)

test('and so are values in quotes of ever more backslashes, none of which is closed', () => {
  const values = (share: number): string => ofGrowing(400, share, (i) => `password=${'\\'.repeat(i)}'a\n`)
  expect(isLinear((share) => maskText(values(share)))).toBe(true)
  expect(isLinear((share) => maskText(values(share).repeat(2)))).toBe(true)
  expect(
    isLinear((share) =>
      maskText(ofGrowing(400, share, (i, count) => `password=${"''".repeat(count - i)}a\n`)),
    ),
  ).toBe(true)
}, 60_000)

test('and so are ever fewer quotes, none of which is closed', () => {
  const values = (share: number): string =>
    ofGrowing(1000, share, (i, count) => `password=${"''".repeat(count - i)}x\n`)
  expect(isLinear((share) => maskText(values(share) + '('.repeat(share * 1_000_000)))).toBe(true)
  expect(isLinear((share) => maskText(values(share) + "x'x ".repeat(share * 250_000)))).toBe(true)
}, 120_000)

const PIECES = [
  ...['"', "'", '\\', '\\"', "\\'", "'\\\\''", '[', ']', '{', '}', '"v":', '"name":', "'v':", '"ssn":"a",'],
  ...['token=', '%25', '%3D', '%40', '&', '=', ':', ' ', '@'],
]

/** The piece and one or two others. Which of them is the first makes no difference: they are repeated. */
const together = (piece: string): readonly string[] => {
  const others = PIECES.slice(PIECES.indexOf(piece))
  return others.flatMap((two) => [piece + two, ...others.map((three) => piece + two + three)])
}

test.each(PIECES)(
  '%s and one or two other pieces, many times over, are masked in linear time',
  (piece) => {
    for (const part of together(piece)) {
      const isSlow = !isLinear((share) => maskText(part.repeat((share * 12_000) / part.length)))
      expect({ part, isSlow }).toEqual({ part, isSlow: false })
    }
  },
  60_000,
)

test.each(['.', '_', '-', ':', 'aB', 'token.', 'usage.', 'input.', '.count', 'gen.ai.', 'creds.', 'client.'])(
  'a long key of %s is judged in linear time',
  (piece) => {
    expect(isLinear((share) => isSensitive(`a${piece.repeat((share * 200_000) / piece.length)}x`))).toBe(true)
  },
  60_000,
)
