import { expect, it } from 'vitest'
import { oneLineError } from '../../src/mcp/serve.ts'

const dump = (...paths: string[][]) =>
  JSON.stringify(
    paths.map((path) => ({
      expected: 'string',
      code: 'invalid_type',
      path,
      message: 'Invalid input: expected string, received number',
    })),
    null,
    2,
  )
const EXPECTED = 'expected string, received number'

it.each<[code: number, message: string, toldCode: number, told: string]>([
  [-32603, dump(['params', 'protocolVersion']), -32602, `Invalid params: protocolVersion: ${EXPECTED}`],
  [-32603, dump(['params']), -32602, `Invalid params: params: ${EXPECTED}`],
  [-32603, dump([]), -32602, `Invalid params: ${EXPECTED}`],
  [
    -32602,
    `Invalid tools/call request: ${dump(['params', 'name'], ['params', 'a', 'b'])}`,
    -32602,
    `Invalid params: name: ${EXPECTED}; a.b: ${EXPECTED}`,
  ],
  [
    -32603,
    dump(...['a', 'b', 'c', 'd', 'e'].map((name) => ['params', name])),
    -32602,
    `Invalid params: a: ${EXPECTED}; b: ${EXPECTED}; c: ${EXPECTED}; 2 more`,
  ],
  [-32603, dump(['params', 'a\n\u001b[31m']), -32602, `Invalid params: a\\u{a}\\u{1b}[31m: ${EXPECTED}`],
  [-32601, 'Method not found', -32601, 'Method not found'],
  [-32603, 'broken [\n{', -32603, 'broken [\\u{a}{'],
])('%i %s', (code, message, toldCode, told) => {
  expect(oneLineError({ code, message })).toEqual({ code: toldCode, message: told })
})
