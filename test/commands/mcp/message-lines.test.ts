import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { type BadLine, MOST_LINE_BYTES, messageLines } from '../../../src/commands/mcp/message-lines.ts'

/** What passes, and what is refused, of bytes that come in such pieces. */
async function through(...pieces: string[]): Promise<[passed: string, refused: number[]]> {
  const refused: BadLine[] = []
  let passed = ''
  const lines = messageLines(
    (bad) => refused.push(bad),
    async () => {},
  )
  for await (const chunk of Readable.from(pieces.map((piece) => Buffer.from(piece))).pipe(lines))
    passed += chunk
  return [passed, refused.map(({ code }) => code)]
}

const A = '{"jsonrpc":"2.0","id":1}'
const B = '{"jsonrpc":"2.0","method":"é"}'
it.each([
  [[`${A}\n`], `${A}\n`, []],
  [[A.slice(0, 9), `${A.slice(9)}\r\n${B}\n\n  \n`], `${A}\n${B}\n`, []],
  [[B.slice(0, -3), B.slice(-3)], `${B}\n`, []],
  [[`{a}\n${B}\n`], `${B}\n`, [-32700]],
  [['"', 'x'.repeat(MOST_LINE_BYTES), 'y'.repeat(9), `"\n${A}\n`], `${A}\n`, [-32600]],
  [[`{}\n[]\n[${A}]\n1\nnull\n{"jsonrpc":"1.0"}\n`], '', [-32600, -32600, -32600, -32600, -32600, -32600]],
  [[], '', []],
] as const)('%#: messages pass, whatever the pieces', async (pieces, passed, refused) => {
  expect(await through(...pieces)).toEqual([passed, refused])
})
