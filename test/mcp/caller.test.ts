import fc from 'fast-check'
import { expect, it } from 'vitest'
import { callerOf } from '../../src/mcp/serve.ts'

it.each([
  [{ name: 'claude-code', version: '2.1.0' }, 'claude-code/2.1.0'],
  [{ name: 'Visual Studio Code' }, 'Visual-Studio-Code'],
  [{ name: 'a) evil\r\nX-Admin: 1 (', version: '' }, 'a-evil-X-Admin-1-'],
  [{ name: 7 }, undefined],
  [undefined, undefined],
])('a client that calls itself %j is %s', (info, client) => {
  expect(callerOf(info, undefined).client).toBe(client)
})

it('any name is one short word that a header can hold', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (name, version) => {
      expect(callerOf({ name, version }, {}).client ?? 'none').toMatch(/^[\w.+/-]{1,60}$/)
    }),
  )
})

it('takes the traceparent of the request', () => {
  expect(callerOf(undefined, { traceparent: '00-1' })).toEqual({ parent: '00-1' })
  expect(callerOf(undefined, { traceparent: 1 })).toEqual({})
})
