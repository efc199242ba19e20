import type { Random } from '../../world/trace/random.ts'

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer

const TOKENS = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    ',',
    ':',
    '\\',
    '\n',
    '\r\n',
    '\ufeff',
    '\u0000',
    '\u001b[2J',
    '\u202e',
    '\ud83d\ude00',
  ],
  ...['null', 'true', '-1', '1e999', '-0', '00', '0.1e-', '"\\u001b"', '"\\ud800"', '{"a":', '[[[[', '}]}]'],
  ...[
    '9007199254740993',
    '18446744073709551616',
    '"__proto__":',
    '"constructor":{}',
    '\x0a\x7b',
    '\xff\xff\xff\xff\x0f',
  ],
].map((token) => Buffer.from(token, token.includes('\xff') ? 'latin1' : 'utf8'))

const VALUES: readonly unknown[] = [
  ...[
    null,
    true,
    '',
    '0',
    '\u001b]0;x\u0007',
    '\u202e\u2066',
    'NaN',
    'x'.repeat(5_000),
    '-1',
    '0x1f',
    'AAAAAAAAAAA=',
  ],
  ...[0, -1, 2.5, 1e308, 2 ** 53, -(2 ** 63), 1e21, [], {}, [[]], [null], { value: {} }],
  ...[
    '99999999999999999999999999',
    '-99999999999999999999',
    '1970-01-01T00:00:00Z',
    'a\u0301'.repeat(300),
    '決済'.repeat(99),
  ],
]

const MUTATIONS: readonly Mutation[] = [
  function flip(bytes, random) {
    const copy = Buffer.from(bytes)
    for (let n = random.between(1, 8); n > 0; n--) copy[anywhere(copy, random)] = random.between(0, 255)
    return copy
  },
  function cut(bytes, random) {
    return bytes.subarray(0, anywhere(bytes, random))
  },
  function drop(bytes, random) {
    const at = anywhere(bytes, random)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.between(1, 60))])
  },
  function repeat(bytes, random) {
    const at = anywhere(bytes, random)
    const part = bytes.subarray(at, at + random.between(1, 600))
    return Buffer.concat([bytes.subarray(0, at), part, part, bytes.subarray(at)])
  },
  function insert(bytes, random) {
    const at = anywhere(bytes, random)
    const token = TOKENS[random.between(0, TOKENS.length - 1)] as Buffer
    return Buffer.concat([bytes.subarray(0, at), token, bytes.subarray(at)])
  },
  function splice(bytes, random, other) {
    const at = anywhere(bytes, random)
    const from = anywhere(other, random)
    return Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + 2_000), bytes.subarray(at)])
  },
  function join(bytes, random, other) {
    const between = TOKENS[random.between(0, TOKENS.length - 1)] as Buffer
    return Buffer.concat([bytes, between, other])
  },
]

/**
 * The bytes with one to three things wrong, or sound JSON with wrong values; `other` is another input to take parts
 * from. The same for the same seed.
 */
export function mutate(bytes: Buffer, other: Buffer, random: Random): Buffer {
  let mutated = bytes
  if (random.between(0, 1) === 0) mutated = changeValues(bytes, random)
  if (mutated !== bytes) return mutated
  for (let n = random.between(1, 3); n > 0; n--) {
    const mutation = MUTATIONS[random.between(0, MUTATIONS.length - 1)] as Mutation
    mutated = mutation(mutated, random, other)
  }
  return mutated
}

function anywhere(bytes: Buffer, random: Random): number {
  return random.between(0, Math.max(0, bytes.length - 1))
}

/** Sound JSON in which values are not what they should be; other bytes stay as they are. */
function changeValues(bytes: Buffer, random: Random): Buffer {
  let root: unknown
  try {
    root = JSON.parse(bytes.toString())
  } catch {
    return bytes
  }
  for (let n = random.between(1, 6); n > 0; n--) changeOne(root, random)
  return Buffer.from(JSON.stringify(root, null, random.between(0, 9) === 0 ? 1 : 0))
}

/** Walks down a random path and does something to the member it ends at. */
function changeOne(root: unknown, random: Random): void {
  let at = root as Record<string, unknown>
  for (let depth = random.between(1, 12); typeof at === 'object' && at !== null; depth--) {
    const keys = Object.keys(at)
    const key = keys[random.between(0, keys.length - 1)]
    if (key === undefined) return
    const next = at[key]
    if (depth > 1 && typeof next === 'object' && next !== null) {
      at = next as Record<string, unknown>
      continue
    }
    const sibling = keys[random.between(0, keys.length - 1)] as string
    const what = random.between(0, 5)
    if (what === 0) delete at[key]
    else if (what === 1) at[key] = structuredClone(at[sibling])
    else if (what === 2) at[VALUES[random.between(0, VALUES.length - 1)] as string] = next
    else at[key] = structuredClone(VALUES[random.between(0, VALUES.length - 1)])
    return
  }
}
