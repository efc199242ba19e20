import { describe, expect, it } from 'vitest'
import {
  type AccessTable,
  accessLevel,
  answerLevels,
  judgeAlignment,
  misalignment,
  unknownAlignment,
} from '../../src/claims/access-level.ts'

const TABLE: AccessTable = {
  read: { scopes: ['traces:read'], groups: ['ops', 'dev'] },
  write: { scopes: ['traces:read', 'traces:write'], groups: ['ops'] },
  admin: { scopes: ['traces:admin'], groups: ['sre-leads'] },
}

describe('accessLevel', () => {
  it.each([
    [['traces:read'], ['dev'], 'read', true],
    [['traces:read', 'traces:write'], ['ops'], 'write', true],
    [['traces:read'], ['ops'], 'read', true],
    [['traces:read'], [], undefined, true],
    [[], ['ops'], undefined, true],
    [['traces:read', 'traces:admin'], ['dev', 'sre-leads'], 'admin', true],
    [['traces:read'], undefined, undefined, false],
    [undefined, undefined, undefined, false],
  ])('scopes %j and groups %j amount to %s (certain: %s)', (scopes, groups, level, certain) => {
    expect(accessLevel(scopes, groups, TABLE)).toEqual({ level, certain })
  })

  it('needs only the side that is listed', () => {
    expect(accessLevel(['r'], undefined, { read: { scopes: ['r'] } })).toEqual({
      level: 'read',
      certain: true,
    })
    expect(accessLevel(undefined, ['ops'], { read: { groups: ['ops'] } })).toEqual({
      level: 'read',
      certain: true,
    })
  })

  it('gives nothing for an empty row', () => {
    expect(accessLevel(['a'], ['b'], { admin: {}, write: { scopes: [], groups: [] } })).toEqual({
      level: undefined,
      certain: true,
    })
  })

  it('is not certain of a lower level while a higher one may be held', () => {
    const table: AccessTable = { read: { scopes: ['r'] }, admin: { groups: ['leads'] } }
    expect(accessLevel(['r'], undefined, table)).toEqual({ level: 'read', certain: false })
  })

  it('answers each side', () => {
    expect(answerLevels(['traces:read'], undefined, TABLE)[0]).toEqual({
      level: 'read',
      scopes: 'held',
      groups: 'unknown',
      amounts: 'unknown',
    })
  })
})

describe('a list of which only a part is read', () => {
  const part = (...value: string[]) => ({ value, source: 'x', isPart: true }) as const
  const whole = (...value: string[]) => ({ value, source: 'x' })
  const table = { admin: { scopes: ['s'], groups: ['g'] } }

  it.each([
    [part('s'), part('g'), 'held', 'held', 'admin', true],
    [part('x'), whole('g'), 'unknown', 'held', undefined, false],
    [whole('s'), part('x'), 'held', 'unknown', undefined, false],
    [whole('s'), part(), 'held', 'unknown', undefined, false],
    [whole('x'), part('x'), 'lacking', 'unknown', undefined, true],
  ] as const)('%j and %j: what it lacks is not known', (scopes, groups, first, second, level, certain) => {
    expect(answerLevels(scopes, groups, table)[0]).toMatchObject({ scopes: first, groups: second })
    expect(accessLevel(scopes, groups, table)).toEqual({ level, certain })
    expect(misalignment(scopes, groups, table)).toEqual([])
    expect(judgeAlignment(scopes, groups, table)).toEqual([])
    const isTold = first !== 'unknown' && second !== 'unknown'
    expect(unknownAlignment(scopes, groups, table)).toMatchObject(
      isTold ? [] : [{ verdict: 'unknown', reason: 'unreadable' }],
    )
  })
})

describe('misalignment', () => {
  it('finds a group whose token lacks the scope, and names both', () => {
    const [first, ...rest] = misalignment(['traces:read'], ['ops', 'x'], TABLE)
    expect(rest).toEqual([])
    expect(first).toMatchObject({
      level: 'write',
      has: 'groups',
      lacks: 'scopes',
      held: ['ops'],
      missing: ['traces:write'],
    })
    expect(first?.ask).toMatch(/group ops should write.*scope traces:write/)
  })

  it('finds a scope whose person is in no such group', () => {
    const [first] = misalignment(['traces:read'], ['guests'], TABLE)
    expect(first).toMatchObject({ level: 'read', has: 'scopes', lacks: 'groups', missing: ['ops', 'dev'] })
    expect(first?.ask).toMatch(/scope traces:read.*one of the groups ops, dev/)
  })

  it.each<[string[] | undefined, string[] | undefined, string]>([
    [['traces:read'], ['dev'], 'both'],
    [[], [], 'neither'],
    [['traces:read'], undefined, 'groups unknown'],
    [undefined, ['ops'], 'scopes unknown'],
  ])('is silent for %j and %j (%s)', (scopes, groups) => {
    expect(misalignment(scopes, groups, TABLE)).toEqual([])
  })

  it('repeats no text from a token', () => {
    const asks = misalignment(['traces:read', '\u001b[31m'], ['\u001b]8;;', 'nobody'], TABLE).map(
      (one) => one.ask,
    )
    expect(asks.join()).not.toMatch(/\u001b/)
  })
})

describe('what to ask for', () => {
  const ask = (
    level: 'read' | 'write' | 'admin',
    scopes: string[],
    groups: string[],
    held: [string[], string[]],
  ) => misalignment(...held, { [level]: { scopes, groups } })[0]?.ask

  it('from the provider, scope by scope', () => {
    expect(ask('admin', ['traces:admin', 'traces:all'], ['leads'], [[], ['leads']])).toBe(
      "group leads should administer, but the token lacks scopes traces:admin, traces:all: add it to scopes and sign in again; if it is refused, ask the provider's administrator to allow it for this client",
    )
  })

  it('from whoever decides on groups: the one, or one of several', () => {
    expect(ask('write', ['traces:write'], ['ops'], [['traces:write'], []])).toBe(
      'the token carries scope traces:write, but the person is not in the group ops: ask for membership, or ask why the scope to write is granted without it',
    )
    expect(ask('admin', ['a', 'b'], ['ops', 'leads'], [['b', 'a'], ['x']])).toBe(
      'the token carries scopes a, b, but the person is not in one of the groups ops, leads: ask for membership, or ask why the scope to administer is granted without it',
    )
  })
})

describe('judgeAlignment', () => {
  const table = { write: { scopes: ['traces:write'], groups: ['ops', 'dev'] } }
  it('fails a level that one side grants alone, both sides named, whichever it is', () => {
    expect(judgeAlignment(['openid'], ['ops'], table)).toMatchObject([
      {
        assertion: 'alignment',
        expected: 'write: scopes and groups agree',
        verdict: 'fail',
        actual: 'group ops without scope traces:write',
        note: expect.stringContaining('add it to scopes'),
      },
    ])
    expect(judgeAlignment(['traces:write'], ['qa'], table)).toMatchObject([
      { actual: 'scope traces:write without groups ops, dev', note: expect.stringContaining('membership') },
    ])
  })

  it.each([
    [['traces:write'], ['ops']],
    [['openid'], ['qa']],
    [undefined, ['ops']],
    [['traces:write'], undefined],
  ])('asserts nothing about scopes %j and groups %j', (scopes, groups) => {
    expect(judgeAlignment(scopes, groups, table)).toEqual([])
  })
})

describe('what the token does not say is unknown under --aligned', () => {
  const held = (...value: string[]) => ({ value, source: 'x' })
  const ABSENT = { value: undefined, status: 'absent' } as const
  const OVERAGE = { value: undefined, status: 'overage' } as const
  const BOTH = { read: { scopes: ['s'], groups: ['g'] } }

  it.each([
    [held('s'), ABSENT, 'groups', 'claim-absent'],
    [held('other'), ABSENT, 'groups', 'claim-absent'],
    [held('s'), OVERAGE, 'groups', 'overage'],
    [ABSENT, held('g'), 'scopes', 'claim-absent'],
    [ABSENT, OVERAGE, 'scopes and groups', 'claim-absent'],
  ])('%j and %j', (scopes, groups, words, reason) => {
    expect(unknownAlignment(scopes, groups, BOTH)).toMatchObject([
      {
        assertion: 'alignment',
        expected: 'read: scopes and groups agree',
        actual: `the token does not say its ${words}`,
        verdict: 'unknown',
        reason,
      },
    ])
  })

  it('but not where it says both, nor where the table lists one side only', () => {
    expect(unknownAlignment(held('x'), held('y'), BOTH)).toEqual([])
    expect(
      unknownAlignment(held('s'), ABSENT, { read: { scopes: ['s'] }, admin: { groups: ['g'] } }),
    ).toEqual([])
  })
})
