import { expect, test } from 'vitest'
import { isSensitive } from '../../src/trace/masking/sensitive-keys.ts'
import { maskLiterals } from '../../src/trace/masking/value.ts'
import { maskText } from '../../src/trace/masking.ts'
import { isLinear } from '../linear-time.ts'

/** Beginnings of what is masked, one of each kind. */
const PARTS = [
  ...[
    'password',
    'password=',
    "password='",
    "password='a''",
    'password=[',
    "secret={a: 'x', ",
    'password=a, ',
  ],
  ...[
    '"token":"',
    '\\"token\\":\\"',
    '"\\u0073sn":',
    '"name":"ssn","value":"',
    '[["ssn","',
    "[('ssn', '",
    "{'sql': '",
  ],
  ...['{"sql":"SELECT 7","ip":"10.0.0.7"}', '{"sql":"{\\"sql\\":', 'map[name:ssn value:', 'name=ssn, value='],
  ...['?ssn=', ';ssn="a;b";', '%3Fssn%3D', '%2526a%253Da', '://a:b@c', '@tcp(a:', '%3A%2F%2Fa', 'key:key:'],
  ...[
    'token: |\n  a\n',
    'token:|\\n a\\n',
    '- name: ssn\n  value: |\n   a\n',
    'password: &a\n - ',
    'eyJ-',
    'bearer ',
  ],
  ...[
    'Cookie: a="',
    'Authorization: Token "a" ',
    'authorization: token ',
    'authorization: a1',
    '["cookie","a=b","',
  ],
  ...['<password>a', '<password><![CDATA[', '&lt;token&gt;a', 'form-data; name="ssn"\n\n'],
  ...['curl -u "a:', 'mysql -p', 'docker login -p a ', '"docker","login","-p",', '--token ', 'secret '],
  ...['-----BEGIN PRIVATE KEY-----', '\\', '"', "''", '=%5B', '"\\\\a'],
]
const AROUND: readonly ((many: string) => string)[] = [
  (many) => many,
  (many) => `password=${many}`,
  (many) => `mysql -p${many}`,
  (many) => `{"a":"secret=[${many}","b":1}`,
]

test.each(PARTS)('%s, many times over, is masked in linear time', async (part) => {
  for (const around of AROUND) {
    const mask = (share: number) => maskText(around(part.repeat((share * 200_000) / part.length)))
    expect(await isLinear(mask), around('…')).toBe(true)
  }
})

const PIECES = ['"', "'", '\\', '\\"', '[', '{', '"v":', '"name":', 'token=', '%25', '&', '=', ':', ' ', '@']

test.each(PIECES)('%s and two other pieces, many times over, are masked in linear time', async (piece) => {
  // Which of them is the first makes no difference: they are repeated.
  const others = PIECES.slice(PIECES.indexOf(piece))
  for (const part of others.flatMap((two) => others.map((three) => piece + two + three)))
    expect(await isLinear((share) => maskText(part.repeat((share * 12_000) / part.length))), part).toBe(true)
})

test('and so are names, each of which is another one', async () => {
  const names = (share: number): string[] =>
    Array.from({ length: share * 20_000 }, (_, i) => `${'a.'.repeat(i % 60)}ssn${i}${share}`)
  expect(await isLinear((share) => maskText(`{"${names(share).join('":1,"')}":1}`))).toBe(true)
  expect(await isLinear((share) => maskText(`?${names(share).join('=1&')}=1`))).toBe(true)
})

test('and so are values in ever more or fewer quotes, none of which is closed', async () => {
  const values = (share: number, value: (i: number, count: number) => string): string => {
    const count = Math.floor(400 * Math.sqrt(share))
    return Array.from({ length: count }, (_, i) => `password=${value(i, count)}\n`).join('')
  }
  expect(await isLinear((share) => maskText(values(share, (i) => `${'\\'.repeat(i)}'a`)))).toBe(true)
  const fewer = (share: number) => values(share, (i, count) => `${"''".repeat(count - i)}x`)
  expect(await isLinear((share) => maskText(fewer(share) + '('.repeat(share * 1_000_000)))).toBe(true)
})

test.each(['.', '_', 'aB', 'token.', 'usage.', '.count', 'gen.ai.'])(
  'a long key of %s is judged in linear time',
  async (piece) => {
    const judge = (share: number) => isSensitive(`a${piece.repeat((share * 200_000) / piece.length)}x`)
    expect(await isLinear(judge)).toBe(true)
  },
)

test.each(["'", '"', '`', '/*', '$a$', "\\'", '{"a":', '1', 'a1', '--\n', '"a":'])(
  'a statement of many %s is masked in linear time',
  async (part) => {
    for (const begin of ['select ', '{'])
      expect(
        await isLinear((share) => maskLiterals(begin + part.repeat((share * 60_000) / part.length))),
      ).toBe(true)
  },
)
