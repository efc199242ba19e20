import type { Random } from '../../world/trace/random.ts'
import { pick } from './kind.ts'
import { mutate } from './mutations.ts'

const VALUES = [
  ...[
    '""',
    '"x"',
    "'y'",
    '"\\u001b[2J\\u202e"',
    '"https://evil.example"',
    '"http://127.0.0.1:1"',
    '"file:///etc/passwd"',
    '"__proto__"',
  ],
  ...[
    '7',
    '-1',
    '0x1f',
    '1e400',
    'inf',
    'nan',
    '9223372036854775808',
    'true',
    '2026-11-25',
    '2026-02-30T00:00:00Z',
    '10:00:00',
  ],
  ...[
    '[]',
    '[7]',
    '["a", 7, []]',
    '{}',
    '{ a = 1 }',
    '{ env = "HOME" }',
    '{ command = "id" }',
    '[{ a = [[[[]]]] }]',
    '"""a\nb"""',
  ],
]
const KEYS = [
  'issuer',
  'api',
  'scopes',
  'redirect_ports',
  'expect',
  'backend',
  'provider',
  '__proto__',
  'constructor',
  '"\\u001b"',
  'a.b.c.d',
]

/**
 * A settings file with one to four of its lines changed, so that it is TOML more often than not; now and then with its
 * bytes damaged.
 */
export function mutateToml(bytes: Buffer, other: Buffer, random: Random): Buffer {
  if (random.between(0, 2) === 0) return mutate(bytes, other, random)
  const lines = bytes.toString().split('\n')
  for (let n = random.between(1, 4); n > 0; n--) {
    const at = random.between(0, Math.max(0, lines.length - 1))
    const line = lines[at] ?? ''
    const key = /^[\w"' -]+(?= =)/.exec(line)?.[0]
    const what = random.between(0, 4)
    if (what === 0) lines.splice(at, 1)
    else if (what === 1) lines.splice(at, 0, `${pick(KEYS, random)} = ${pick(VALUES, random)}`)
    else if (key !== undefined && what === 2) lines[at] = line.replace(key, pick(KEYS, random))
    else if (key !== undefined) lines[at] = `${key} = ${pick(VALUES, random)}`
    else if (line.startsWith('['))
      lines[at] = pick(
        ['[profiles.x]', '[profiles.__proto__]', '[[profiles.work]]', '[profiles]', '[a.b]'],
        random,
      )
  }
  return Buffer.from(lines.join('\n'))
}
