import { expect, it } from 'vitest'
import { type Caller, callerHeaders } from '../../src/api/caller.ts'

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

it.each<[Partial<Caller>, Record<string, string>]>([
  [{}, { 'user-agent': 'ls-auth/1.2.3 (linux; cli)' }],
  [{ reason: 'INC-7' }, { 'user-agent': 'ls-auth/1.2.3 (linux; cli)', 'x-request-reason': 'INC-7' }],
  [{ way: 'mcp', client: 'agent/1' }, { 'user-agent': 'ls-auth/1.2.3 (linux; mcp; agent/1)' }],
])('the log of the API tells who asked, and why: %j', (of, headers) => {
  const caller = { version: '1.2.3', platform: 'linux', way: 'cli', reason: undefined, ...of } as const
  expect(callerHeaders(caller, TRACEPARENT)).toStrictEqual({ traceparent: TRACEPARENT, ...headers })
})
