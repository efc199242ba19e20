import { describe, expect, test } from 'vitest'
import { isInternalAddress, maskLiterals } from '../../../src/trace/masking/value.ts'

describe('a statement is one of SQL', () => {
  test.each([
    ...['select', 'insert  into', 'delete  from', 'with', 'merge  into', 'replace  into', 'create', 'alter'],
    ...[
      'drop',
      'truncate',
      'begin',
      'commit',
      'rollback',
      'savepoint',
      'call',
      'explain',
      'show',
      '\n select',
    ],
    ...[
      'update t set',
      'update  s.t  set',
      'update t u set',
      'update t  as  u  set',
      'update t\nas\nuv\nset',
    ],
  ])('by its beginning: %j', (beginning) => {
    expect(maskLiterals(`${beginning} 7`)).toBe(`${beginning} ?`)
  })

  test.each([
    ...[
      'hello select 7',
      'xselect 7',
      'selected 7',
      'insert 7',
      'insertinto t',
      'update t 7',
      'updatet set a',
    ],
    ...['delete 7', 'deletefrom t', 'merge 7', 'replace 7', 'update t as set7', 'x {"a":7}', 'x{"a":7}'],
  ])('and otherwise it is not: %j', (statement) => {
    expect(maskLiterals(statement)).toBeUndefined()
  })
})

describe('in SQL no literal stays', () => {
  test.each([
    ['select 1 /* for bob', 'select ? /* ? */'],
    ['select $x$ada', 'select ?'],
    ['select "bob', 'select ?'],
    ['select "a\\"b" from t', 'select ? from t'],
    ['select "a\\ b" from t', 'select ? from t'],
    ["select 'a\\ b' from t", 'select ? from t'],
    ["select 'a\\\nb' from t", 'select ? from t'],
    ['select t."a b" from t', 'select t.? from t'],
    ['select t."a""b" from t', 'select t.? from t'],
    ['select t."b""c d" from t', 'select t.? from t'],
    ['select a from t where "bob" = n', 'select a from t where ? = n'],
    ['select "bob" from ', 'select ? from '],
    // An index is no beginning of JSON, and a text may follow a parameter at once.
    ['select a[1] from t', 'select a[?] from t'],
    ['select :ab$$bob$$', 'select :ab?'],
  ])('%j', (statement, shown) => {
    expect(maskLiterals(statement)).toBe(shown)
  })

  test.each([
    ...['select `2 x` from t', 'select `2', 'select a from "users"', 'select a from  "users" u'],
    ...['select a from t join "users"', 'select a as "b"', 'update "t" set a = b', 'truncate table "t"'],
  ])('but names do: %j', (statement) => {
    expect(maskLiterals(statement)).toBe(statement)
  })
})

describe('in JSON no literal stays', () => {
  test.each([
    ['\n{"a":7}', '\n{"a":?}'],
    [' [7]', ' [?]'],
    ['{ "a" : 7 }', '{ "a" : ? }'],
    ['{"a":"x\\"y"}', '{"a":?}'],
    ['{"a":"x\\ y"}', '{"a":?}'],
    ['{"a\\"b":7}', '{"a\\"b":?}'],
    ['{"a\\ b":7}', '{"a\\ b":?}'],
    ['{name:bob}', undefined],
    ['{"a":bob}', undefined],
  ])('%j', (statement, shown) => {
    expect(maskLiterals(statement)).toBe(shown)
  })
})

test('an address within other text is none', () => {
  expect(isInternalAddress('10.::ffff:0.0.1')).toBe(false)
})
