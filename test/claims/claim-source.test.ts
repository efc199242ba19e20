import { describe, expect, it } from 'vitest'
import type { ClaimSource } from '../../src/claim-grammar.ts'
import { claimsAt } from '../../src/claims/claim-source.ts'
import { normalise } from '../../src/claims/normalise.ts'

const PAYLOAD = {
  sub: 'u-1',
  none: null,
  aud: ['api'],
  two: ['a', 'b'],
  zero: [],
  realm: { roles: ['viewer', 7], level: 'gold' },
  per: { one: { roles: ['r'] }, two: { roles: ['s'] }, three: 'text' },
  org: { id1: 'Acme', id2: 5, id3: 'Beta' },
  empty: {},
  numbers: { a: 1 },
  'https://x.example/Groups': ['ops'],
  'x:groups': ['dev'],
  host: 'https://id.acme.example:8443/a/b/',
  words: 'plain words',
  slashes: '///',
  mail: 'ada@acme.example',
  temp: 'TEMP-17',
  odd: 'undefined-17',
}
const at = (source: ClaimSource, kind: 'id' | 'access' = 'access') => claimsAt(PAYLOAD, source, kind)

describe('a claim is found', () => {
  it.each<[string, ClaimSource, unknown]>([
    ['by its name', 'sub', [{ raw: 'u-1', name: 'sub' }]],
    ['also when it is null', 'none', [{ raw: null, name: 'none' }]],
    ['in an object', { path: ['realm', 'level'] }, [{ raw: 'gold', name: 'realm.level' }]],
    ['whole', { path: ['realm', 'roles'] }, [{ raw: ['viewer', 7], name: 'realm.roles' }]],
    [
      'in each member',
      { path: ['per', '*', 'roles'] },
      [
        { raw: ['r'], name: 'per.*.roles' },
        { raw: ['s'], name: 'per.*.roles' },
      ],
    ],
    [
      'in each member, with the name of it before each value',
      { path: ['per', '*', 'roles'], prefix: '*:' },
      [
        { raw: ['one:r'], name: 'per.*.roles' },
        { raw: ['two:s'], name: 'per.*.roles' },
      ],
    ],
    [
      'with a prefix before each text',
      { path: ['realm', 'roles'], prefix: 'realm:' },
      [{ raw: ['realm:viewer'], name: 'realm.roles' }],
    ],
    ['with a prefix before one text', { path: ['sub'], prefix: 'u:' }, [{ raw: ['u:u-1'], name: 'sub' }]],
    [
      'with a star that stands for nothing',
      { path: ['sub'], prefix: '*:' },
      [{ raw: ['*:u-1'], name: 'sub' }],
    ],
    [
      'by its end, in any letter case',
      { ending: '/groups' },
      [{ raw: ['ops'], name: 'https://x.example/Groups' }],
    ],
    ['by another end', { ending: ':groups' }, [{ raw: ['dev'], name: 'x:groups' }]],
    [
      'in two places',
      { merge: ['sub', 'none'] },
      [
        { raw: 'u-1', name: 'sub' },
        { raw: null, name: 'none' },
      ],
    ],
    ['as the one of a list', { path: ['aud'], take: 'single' }, [{ raw: 'api', name: 'aud' }]],
    ['as one without a list', { path: ['sub'], take: 'single' }, [{ raw: 'u-1', name: 'sub' }]],
    ['as entries', { path: ['org'], take: 'entries' }, [{ raw: ['id1=Acme', 'id3=Beta'], name: 'org' }]],
    ['as a host', { path: ['host'], take: 'host' }, [{ raw: 'id.acme.example:8443', name: 'host' }]],
    ['as the last part of a path', { path: ['host'], take: 'last-segment' }, [{ raw: 'b', name: 'host' }]],
    [
      'where it holds a text',
      { path: ['mail'], containing: '@' },
      [{ raw: 'ada@acme.example', name: 'mail' }],
    ],
    ['where it begins otherwise', { path: ['sub'], notStarting: 'TEMP-' }, [{ raw: 'u-1', name: 'sub' }]],
    [
      'where it is no text that could begin so',
      { path: ['two'], notStarting: 'a' },
      [{ raw: ['a', 'b'], name: 'two' }],
    ],
    ['however it begins', { path: ['odd'] }, [{ raw: 'undefined-17', name: 'odd' }]],
    ['in a token of the right kind', { path: ['sub'], only: 'access' }, [{ raw: 'u-1', name: 'sub' }]],
  ])('%s', (_, source, found) => {
    expect(at(source)).toEqual(found)
  })
})

describe('nothing is found', () => {
  it.each<[string, ClaimSource]>([
    ['that is not there', 'nope'],
    ['that every object has', 'constructor'],
    ['in what is no object', { path: ['sub', 'length'] }],
    ['in a list', { path: ['two', '0'] }],
    ['in null', { path: ['none', 'x'] }],
    ['in members that are no objects', { path: ['org', '*', 'x'] }],
    ['as the one of two', { path: ['two'], take: 'single' }],
    ['as the one of none', { path: ['zero'], take: 'single' }],
    ['as entries of no object', { path: ['sub'], take: 'entries' }],
    ['as entries of an empty object', { path: ['empty'], take: 'entries' }],
    ['as entries that are no texts', { path: ['numbers'], take: 'entries' }],
    ['as the host of what is no URL', { path: ['words'], take: 'host' }],
    ['as the host of a list', { path: ['two'], take: 'host' }],
    ['as the last part of slashes', { path: ['slashes'], take: 'last-segment' }],
    ['as the last part of a list', { path: ['two'], take: 'last-segment' }],
    ['that lacks the text', { path: ['sub'], containing: '@' }],
    ['in a list that holds the text', { path: ['two'], containing: 'a' }],
    ['that begins so', { path: ['temp'], notStarting: 'TEMP-' }],
    ['in a token of another kind', { path: ['sub'], only: 'id' }],
    ['by an end that no claim has', { ending: '/nope' }],
  ])('%s', (_, source) => {
    expect(at(source)).toEqual([])
  })
})

it('what a token says to be elsewhere is known by its name, and no rule has such a name', () => {
  const payload = { iss: 'https://id.acme.example', _claim_names: { '[object Object]': 'src1' } }
  expect(normalise(payload, { kind: 'id' }).tenant).toEqual({ value: 'id.acme.example', source: 'iss' })
})
