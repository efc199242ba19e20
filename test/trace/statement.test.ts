import { describe, expect, test } from 'vitest'
import { MASKED } from '../../src/trace/masking/value.ts'
import { maskerUnder, maskTrace } from '../../src/trace/masking.ts'
import { makeSpan, makeTrace } from './make.ts'

describe('a database statement keeps its shape, its literals go', () => {
  test.each([
    ['call next value for hibernate_sequence', 'call next value for hibernate_sequence'],
    [
      "select * from users where email = 'ada@example.org' and age > 41",
      'select * from users where email = ? and age > ?',
    ],
    [
      "SELECT name FROM t1 WHERE a='it''s' AND b='x\\'y' LIMIT 10",
      'SELECT name FROM t1 WHERE a=? AND b=? LIMIT ?',
    ],
    [
      'SELECT "public"."User"."id" FROM "public"."User" WHERE $1 = :id',
      'SELECT "public"."User"."id" FROM "public"."User" WHERE $1 = :id',
    ],
    [
      'SELECT `c2` FROM t WHERE n = "bob" AND m IN ("a", "b")',
      'SELECT `c2` FROM t WHERE n = ? AND m IN (?, ?)',
    ],
    ['SELECT c FROM t WHERE k = 550e8400-e29b-41d4-a716-446655440000', 'SELECT c FROM t WHERE k = ?'],
    ['SELECT oauth_token FROM t WHERE oauth_token = ?', 'SELECT oauth_token FROM t WHERE oauth_token = ?'],
    ['select é2, größe_3, tag#4, a$5 from 表6', 'select é2, größe_3, tag#4, a$5 from 表6'],
    ['insert into t values (0xCAFE, -1.5e3, null, true)', 'insert into t values (?, -?, null, true)'],
    ["UPDATE users u SET pin = '1234' WHERE id = 7", 'UPDATE users u SET pin = ? WHERE id = ?'],
    ["select $$it is$$, $x$a$$b$x$ /* for bob */ from t -- bob's", 'select ?, ? /* ? */ from t /* ? */'],
    ['{"find":"users","filter":{"na', '{"find":?,"filter":{?'],
    ["select 'cut off in the mid", 'select ?'],
    ["create user bob identified by 'hunter2'", 'create user bob identified by ?'],
    [
      '{"find":"users","filter":{"email":"ada@x.org","n":{"$gt":5}},"ok":true}',
      '{"find":?,"filter":{"email":?,"n":{"$gt":?}},"ok":true}',
    ],
  ])('%s', (statement, shown) => {
    for (const key of [
      'db.statement',
      'db.query.text',
      'sql.query',
      'cassandra.query',
      'span.db.statement'.slice(5),
    ])
      expect(maskerUnder(key)(statement)).toBe(shown)
  })

  test.each([
    ...['GET session:abc', 'SET user:42 hunter2', 'AUTH default hunter2', 'delete user:5', 'EXEC'],
    ...['{name: bob}', 'HMSET k f v', 'hello'],
  ])('where literals stand bare it is masked whole: %s', (statement) => {
    expect(maskerUnder('db.statement')(statement)).toBe(MASKED)
  })

  test('so is a load of data', () => {
    const select = (length: number) => maskerUnder('db.statement')(`select '${'x'.repeat(length - 9)}'`)
    expect([select(65_536), select(65_537)]).toEqual(['select ?', MASKED])
  })

  test('in a trace it counts as masked when something was', () => {
    const attributes = (text: string) => [['db.statement', text]] as const
    const spans = ['select 1', 'select a from t'].map((text) => ({
      ...makeSpan({ id: 1 }),
      attributes: attributes(text),
    }))
    const { trace, masked } = maskTrace({ ...makeTrace(), spans })
    expect(trace.spans.map((span) => span.attributes[0]?.[1])).toEqual(['select ?', 'select a from t'])
    expect(masked()).toBe(1)
  })
})

describe('addresses', () => {
  test.each([
    '172.25.0.3',
    '10.1.2.3',
    '192.168.0.9',
    '127.0.0.1',
    '::1',
    'fd00::1',
    'fe80::1',
    '::ffff:10.0.0.1',
    '100.64.0.1',
  ])('of an internal peer stay: %s', (address) => {
    expect(maskerUnder('net.peer.ip')(address)).toBe(address)
    expect(maskerUnder('net.sock.peer.addr')(address)).toBe(address)
    expect(maskerUnder('peer.ipv4')(address)).toBe(address)
    // A client may be a person on the company's network.
    expect(maskerUnder('client.address')(address)).toBe(MASKED)
    expect(maskerUnder('http.client_ip')(address)).toBe(MASKED)
  })

  test.each([
    '203.0.113.9',
    '172.32.0.1',
    '100.128.0.1',
    '2001:db8::1',
    '10.0.0.1, 203.0.113.9',
    '10.evil',
    '10.0.0.1 ada',
  ])('of any other peer do not: %s', (address) => expect(maskerUnder('net.peer.ip')(address)).toBe(MASKED))
})
