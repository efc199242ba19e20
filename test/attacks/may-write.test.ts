import { expect, it } from 'vitest'
import { mayWrite } from '../../src/attacks/may-write.ts'
import type { AccessTable } from '../../src/claims/access-level.ts'

const TABLE: AccessTable = { write: { scopes: ['x'] }, admin: { groups: ['chiefs'] } }

it.each<[string, string[] | undefined, string[] | undefined, AccessTable | undefined, RegExp | undefined]>([
  ['a scope for reading', ['openid', 'traces:read'], [], undefined, undefined],
  ['a scope for writing', ['traces:read', 'traces:write'], [], undefined, /your scope traces:write/],
  ['a scope that begins with writing', ['write:traces'], [], undefined, /your scope write:traces/],
  ['words inside of others', ['rewriter', 'overall', 'playwright'], [], undefined, undefined],
  ['an administrator', ['api/Traces.Admin'], [], undefined, /Traces\.Admin/],
  ['scopes that are not known', undefined, [], undefined, /does not say/],
  ['the table says so', ['x'], [], TABLE, /\[access\]/],
  ['the table says so by a group', [], ['chiefs'], TABLE, /\[access\]/],
  ['the table says no, whatever the names', ['traces:write'], ['dev'], TABLE, undefined],
  ['a table of writing alone', ['x'], [], { write: { scopes: ['x'] } }, /\[access\]/],
  ['a table of administrators alone', [], ['chiefs'], { admin: { groups: ['chiefs'] } }, /\[access\]/],
  ['the table cannot tell', ['y'], undefined, TABLE, /does not say/],
  ['a table of reading alone', ['traces:write'], [], { read: { scopes: ['r'] } }, /traces:write/],
])('%s', (_, scopes, groups, access, why) => {
  const said = mayWrite(scopes, groups, access)
  if (why === undefined) expect(said).toBeUndefined()
  else expect(said).toMatch(why)
})
