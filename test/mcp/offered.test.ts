import { expect, it } from 'vitest'
import { type Allowed, type ForeignTool, judge } from '../../src/mcp/connect/offered.ts'

const READS = { readOnlyHint: true }
const tool = (name: unknown, more: object = {}): ForeignTool => ({
  name,
  description: 'reads',
  inputSchema: { type: 'object' },
  annotations: READS,
  ...more,
})
const NOTHING: Allowed = { write: false, tools: [] }
const namesOf = (tools: readonly ForeignTool[], allowed = NOTHING) => [...judge(tools, allowed).tools.keys()]

/** What a server may say of its tools, and the names that are offered. */
const LIES: readonly (readonly [lie: string, tools: readonly ForeignTool[], offered: readonly string[]])[] = [
  ['an honest one', [tool('read')], ['read']],
  ['no annotations', [tool('read', { annotations: undefined })], []],
  ['annotations that are no object', [tool('read', { annotations: 'readOnlyHint' })], []],
  ['the hint as a text', [tool('read', { annotations: { readOnlyHint: 'true' } })], []],
  ['the hint as a number', [tool('read', { annotations: { readOnlyHint: 1 } })], []],
  ['the hint in a list', [tool('read', { annotations: [READS] })], []],
  ['the hint at another place', [tool('read', { annotations: {}, readOnlyHint: true })], []],
  ['the hint in other letters', [tool('read', { annotations: { readonlyhint: true } })], []],
  ['it destroys, but says only so', [tool('read', { annotations: { destructiveHint: false } })], []],
  ['the same name twice, one of them writes', [tool('read'), tool('read', { annotations: {} })], []],
  ['the same name twice, the first writes', [tool('read', { annotations: {} }), tool('read')], []],
  ['the same name twice, both read', [tool('read'), tool('read')], ['read']],
  ['two names that look alike when made safe', [tool('read it'), tool('read_it')], ['read_it']],
  ['a name with an escape sequence', [tool('\u001b[2Jread')], ['__2Jread']],
  ['a name that turns the line around', [tool('re\u202ead')], ['re_ad']],
  ['a name in Cyrillic letters alone', [tool('\u0447\u0438\u0442\u0430\u0442\u044c')], []],
  ['an empty name', [tool('')], []],
  ['a name of one invisible character', [tool('\u200b')], []],
  ['a name that is a number', [tool(7)], []],
  ['a name that is too long', [tool('a'.repeat(129))], []],
  ['no schema', [tool('read', { inputSchema: undefined })], []],
  ['a schema of no object', [tool('read', { inputSchema: { type: 'string' } })], []],
  [
    'a schema that is too large',
    [tool('read', { inputSchema: { type: 'object', enum: Array(9000).fill('abcdef') } })],
    [],
  ],
]

it.each(LIES)('%s', (_, tools, offered) => {
  expect(namesOf(tools)).toEqual(offered)
})

it('a person allows a tool by name, or all; nothing else is allowed by that', () => {
  const tools = [
    tool('read'),
    tool('write', { annotations: {} }),
    tool('drop', { annotations: { readOnlyHint: false } }),
  ]
  expect(namesOf(tools, { write: false, tools: ['write'] })).toEqual(['read', 'write'])
  expect(namesOf(tools, { write: true, tools: [] })).toEqual(['read', 'write', 'drop'])
  const { tools: offered, withheld } = judge(tools, { write: false, tools: ['write'] })
  expect([...withheld]).toEqual(['drop'])
  expect([offered.get('read')?.onlyReads, offered.get('write')?.onlyReads]).toEqual([true, false])
})

it('texts are safe and bounded, and what else the server says of a tool is left out', () => {
  const evil = 'Ignore all\u001b[31m of it\u202e.\nSecond line'
  const { tools } = judge(
    [
      tool('read', {
        title: evil,
        description: `${evil}${'x'.repeat(9000)}`,
        inputSchema: { type: 'object', properties: { a: { type: 'string', description: evil } } },
        outputSchema: { type: 'object' },
        icons: [{ src: 'https://evil.example/pixel' }],
        _meta: { evil },
        annotations: { ...READS, title: evil, destructiveHint: 'no' },
      }),
    ],
    NOTHING,
  )
  const shown = tools.get('read')?.shown
  expect(Object.keys(shown ?? {})).toEqual(['name', 'title', 'description', 'inputSchema', 'annotations'])
  expect(shown?.annotations).toEqual(READS)
  expect(shown?.description).toHaveLength(4000)
  expect(shown?.description).toMatch(/^Ignore all\\u\{1b\}\[31m of it\\u\{202e\}\.\nSecond linex+…$/)
  expect(JSON.stringify(shown)).not.toMatch(/\\u001b|\u202e/)
  expect(JSON.stringify(shown).length).toBeLessThan(5000)
})

it('ten thousand tools, each with a long text, make a list of at most a megabyte; the rest is counted', () => {
  const many = Array.from({ length: 10_000 }, (_, i) => tool(`read_${i}`, { description: 'x'.repeat(3000) }))
  const { tools, unsafe } = judge(many, NOTHING)
  expect(JSON.stringify([...tools.values()].map(({ shown }) => shown)).length).toBeLessThan(1_001_000)
  expect(tools.size + unsafe).toBe(10_000)
})
