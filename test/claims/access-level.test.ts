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
