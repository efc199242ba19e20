import { describe, expect, it } from 'vitest'
import { attacksOn, judgeTenant } from '../../src/attacks/table.ts'
import type { Seen } from '../../src/attacks/verdict.ts'
import { backendOf } from '../../src/backends/table.ts'
import type { Tenants } from '../../src/backends/trace-source.ts'

const tenants = (await backendOf('tempo').api()).gatewayProbe?.({}).tenants as Tenants

const answer = (body: string, status = 200, isPage = false): Seen => ({
  status,
  isPage,
  type: 'application/json',
  body: Buffer.from(body),
})
const tags = (scopes: Readonly<Record<string, readonly string[]>>): Seen =>
  answer(JSON.stringify({ scopes: Object.entries(scopes).map(([name, list]) => ({ name, tags: list })) }))

const INTRINSIC = { intrinsic: ['duration', 'name'] }
const DATA = tags({ resource: ['service.name', 'host'], span: ['http.url'], ...INTRINSIC })
const OTHER_DATA = tags({ resource: ['service.name', 'host'], span: ['http.url', 'db.system'] })
const NONE = tags(INTRINSIC)
const NULL_TAGS = answer('{"scopes":[{"name":"span","tags":null}]}')
const V1 = answer('{"tagNames":["service.name","http.url"]}')
const GONE: Seen = { failure: 'no answer' }

describe('a read as a tenant that does not exist', () => {
  it.each<[string, Seen, Seen, Seen, verdict: string, found: string]>([
    ['no data', NONE, DATA, DATA, 'let-through', 'HTTP 200: no data, since that tenant has none'],
    ['no scopes', answer('{"scopes":[]}'), DATA, DATA, 'let-through', 'HTTP 200: no data'],
    ['an empty object', answer('{}'), DATA, DATA, 'let-through', 'HTTP 200: no data'],
    ['no data of v1', answer('{"tagNames":[]}'), V1, V1, 'let-through', 'HTTP 200: no data'],
    ['no scopes, as null', answer('{"scopes":null}'), DATA, DATA, 'let-through', 'HTTP 200: no data'],
    ['no data of v1, as null', answer('{"tagNames":null}'), V1, V1, 'let-through', 'HTTP 200: no data'],
    ['no tags, as null', NULL_TAGS, DATA, DATA, 'let-through', 'HTTP 200: no data'],
    ['v1 beside no scopes', answer('{"scopes":null,"tagNames":["a"]}'), V1, V1, 'unknown', 'HTTP 200: other'],
    ['the same data', DATA, DATA, DATA, 'refused', 'HTTP 200: treated as the plain read'],
    ['the same of v1', V1, V1, V1, 'refused', 'HTTP 200: treated as the plain read'],
    ['more data', OTHER_DATA, DATA, DATA, 'refused', 'HTTP 200: treated as the plain read'],
    ['what both reads have', DATA, DATA, OTHER_DATA, 'refused', 'HTTP 200: treated as the plain read'],
    ['a part', tags({ resource: ['host'] }), DATA, DATA, 'unknown', 'HTTP 200: other data than the plain'],
    ['other data', tags({ span: ['x'] }), DATA, DATA, 'unknown', 'HTTP 200: other data than the plain'],
    ['the name in another scope', tags({ span: ['host'] }), DATA, DATA, 'unknown', 'HTTP 200: other data'],
    ['no data, as the plain read', NONE, NONE, NONE, 'unknown', 'HTTP 200: the plain read has no data'],
    ['no data, as the second', NONE, DATA, NONE, 'unknown', 'HTTP 200: the plain read has no data'],
    ['no second plain read', NONE, DATA, GONE, 'unknown', 'HTTP 200: the plain read has no data'],
    ['an echo', answer('echo'), answer('echo'), answer('echo'), 'unknown', 'HTTP 200: the plain read has no'],
    ['odd data', answer('[]'), DATA, DATA, 'unknown', 'HTTP 200: other data than the plain read'],
    [
      'odd lists',
      answer('{"scopes":[{"name":"span","tags":{}},3]}'),
      DATA,
      DATA,
      'unknown',
      'HTTP 200: other data',
    ],
    ['another object', answer('{"error":"no"}'), DATA, DATA, 'unknown', 'HTTP 200: other data'],
    ['no content', answer('', 204), DATA, DATA, 'unknown', 'HTTP 204: other data than the plain read'],
    ['a denial', answer('', 403), DATA, DATA, 'refused', 'HTTP 403'],
    ['a denial, where there is no data', answer('', 400), NONE, NONE, 'refused', 'HTTP 400'],
    ['a failing server', answer('', 500), DATA, DATA, 'unknown', 'HTTP 500: the server failed'],
    ['nothing there', answer('', 404), DATA, DATA, 'unknown', 'HTTP 404: perhaps from behind'],
    ['a page', answer('<html>', 200, true), DATA, DATA, 'refused', 'HTTP 200: a web page'],
    ['no answer', GONE, DATA, DATA, 'unknown', 'no answer'],
  ])('%s', (_, seen, plain, again, verdict, found) => {
    const judgement = judgeTenant(seen, { plain, again }, tenants.namesIn)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.found).toContain(found)
  })

  it('is an attack where the back end has tenants, with a name that no other run has', () => {
    expect(attacksOn(undefined, 'x').map(({ id }) => id)).not.toContain('other-tenant')
    const last = attacksOn(tenants, 'ls-auth-doctor-1').at(-1)
    expect(last?.id).toBe('other-tenant')
    expect(last?.make({ token: 'good' } as never)).toEqual([
      { token: 'good', headers: { 'x-scope-orgid': 'ls-auth-doctor-1' } },
    ])
  })
})
