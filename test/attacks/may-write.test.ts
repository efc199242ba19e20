import { expect, it } from 'vitest'
import { mayWrite } from '../../src/attacks/attack.ts'
import type { AccessTable } from '../../src/claims/access-level.ts'
import type { ClaimValue } from '../../src/claims/normalise.ts'

const held = (value: readonly string[] | undefined): ClaimValue<readonly string[]> =>
  value === undefined ? { value, status: 'absent' } : { value, source: 'x' }

const TABLE: AccessTable = { write: { scopes: ['x'] }, admin: { groups: ['chiefs'] } }

it.each<[string, string[] | undefined, string[] | undefined, AccessTable | undefined, RegExp | undefined]>([
  ['a scope for reading', ['openid', 'traces:read'], [], undefined, undefined],
  ['a scope for writing', ['traces:read', 'traces:write'], [], undefined, /your scope traces:write/],
  ['a scope that begins with writing', ['write:traces'], [], undefined, /your scope write:traces/],
  [
    'words inside of others',
    ['rewriter', 'overall', 'playwright', 'editorial', 'manager2'],
    [],
    undefined,
    undefined,
  ],
  [
    'everything, for reading',
    ['Traces.Read.All', 'traces:read_all', 'reader-full', 'readonly/all'],
    [],
    undefined,
    undefined,
  ],
  ['everything', ['traces.all'], [], undefined, /your scope traces\.all/],
  ['the full of it', ['FULL'], [], undefined, /your scope FULL/],
  ['reading and writing in one word', ['Traces.ReadWrite'], [], undefined, /your scope Traces\.ReadWrite/],
  ['the same in lower case', ['readwrite'], [], undefined, /your scope readwrite/],
  ['the same, short', ['traces:rw'], [], undefined, /your scope traces:rw/],
  ['whoever writes', ['trace-writer'], [], undefined, /your scope trace-writer/],
  ['whoever edits', ['Editor', 'edit'], [], undefined, /your scope Editor/],
  ['words that follow on a digit', ['v2write'], [], undefined, /your scope v2write/],
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
  const said = mayWrite(held(scopes), held(groups), access)
  if (why === undefined) expect(said).toBeUndefined()
  else expect(said).toMatch(why)
})

it.each(['write', 'writer', 'readwrite', 'rw', 'admin', 'manage', 'edit', 'editor', 'full', 'all'])(
  'the word "%s" lets more than read',
  (word) => {
    expect(mayWrite(held([`traces:${word}`]), held([]), undefined)).toBe(
      `your scope traces:${word} allows writing`,
    )
    expect(mayWrite(held([`${word}s`]), held([]), undefined)).toBeUndefined()
  },
)

it.each(['read', 'reader', 'readonly'])('all that may be had of "%s" is for reading', (word) => {
  expect(mayWrite(held([`${word}_all`]), held([]), undefined)).toBeUndefined()
  expect(mayWrite(held([`${word}s.all`]), held([]), undefined)).toBeDefined()
})

it.each([undefined, TABLE])('of scopes that are read in part, the rest may let write (%j)', (access) => {
  const part = { value: ['traces:read'], source: 'x', isPart: true } as const
  expect(mayWrite(part, held([]), access)).toBe('the token does not say whether you may write')
})
