import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { type BadLine, MOST_LINE_BYTES, messageLines } from '../../src/mcp/message-lines.ts'
import { isMessage } from '../../src/mcp/serve.ts'

type Refused = readonly [code: number, id: BadLine['id']]

/** What passes, and what is refused, of bytes that come in such pieces. */
async function through(...pieces: string[]): Promise<[passed: string, refused: Refused[]]> {
  const refused: Refused[] = []
  let passed = ''
  const lines = messageLines({
    isMessage,
    refuse: ({ code, id }) => refused.push([code, id]),
    last: async () => {},
  })
  for await (const chunk of Readable.from(pieces.map((piece) => Buffer.from(piece))).pipe(lines))
    passed += chunk
  return [passed, refused]
}

const A = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
const B = '{"jsonrpc":"2.0","method":"é"}'
const called = (params: string) => `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{${params}}}`
const [PARSE, INVALID]: Refused[] = [
  [-32700, null],
  [-32600, null],
]
it.each<[pieces: string[], passed: string, refused: (Refused | undefined)[]]>([
  [[`${A}\n`], `${A}\n`, []],
  [[A.slice(0, 9), `${A.slice(9)}\r\n${B}\n\n  \n`], `${A}\n${B}\n`, []],
  [[B.slice(0, -3), B.slice(-3)], `${B}\n`, []],
  [[`{a}\n${B}\n`], `${B}\n`, [PARSE]],
  [['"', 'x'.repeat(MOST_LINE_BYTES), 'y'.repeat(9), `"\n${A}\n`], `${A}\n`, [INVALID]],
  [[`{}\n[]\n[${A}]\n1\nnull\n{"jsonrpc":"1.0"}\n`], '', Array(6).fill(INVALID)],
  [[`{"jsonrpc":"2.0","id":"x","result":{}}\n`], `{"jsonrpc":"2.0","id":"x","result":{}}\n`, []],
  [[`{"jsonrpc":"2.0","id":"x","method":7}\n${A}\n`], `${A}\n`, [[-32600, 'x']]],
  [[`{"jsonrpc":"2.0","id":"eyJhbGciOiJub25lIn0.e30.AAAA","method":7}\n`], '', [INVALID]],
  [[`{"jsonrpc":"2.0","id":7,"method":"a","params":[1]}\n`], '', [[-32600, 7]]],
  [[`{"jsonrpc":"2.0","id":null,"method":"a"}\n{"jsonrpc":"2.0","id":{}}\n`], '', [INVALID, INVALID]],
  // A notification has no answer, whatever is wrong with it (JSON-RPC 2.0 §4.1).
  [[`{"jsonrpc":"2.0","method":"a","params":[1]}\n{"method":"a"}\n${A}\n`], `${A}\n`, []],
  [[`{"jsonrpc":"2.0","method":1,"params":"bar"}\n{"foo":"boo"}\n`], '', [INVALID, INVALID]],
  // A client may wait for an answer to a request of its own that has this id.
  [[`{"id":9,"result":5}\n{"jsonrpc":"2.0","id":9,"error":"x"}\n{"id":9}\n`], '', Array(3).fill(INVALID)],
  // Without arguments, as some clients put it; what a tool is given stays as it is.
  [[`${called('"name":"a","arguments":null')}\n`], `${called('"name":"a"')}\n`, []],
  [
    [`${called('"name":"a","arguments" : null,"_meta":{"x":null}')}\n`],
    `${called('"name":"a","_meta":{"x":null}')}\n`,
    [],
  ],
  [
    [`${called('"name":"a","arguments":{"arguments":null}')}\n`],
    `${called('"name":"a","arguments":{"arguments":null}')}\n`,
    [],
  ],
  [[], '', []],
])('%#: messages pass, whatever the pieces', async (pieces, passed, refused) => {
  expect(await through(...pieces)).toEqual([passed, refused])
})
