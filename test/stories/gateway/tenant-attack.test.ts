import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Provider, startProvider } from '../../world/provider.ts'
import { startWeakGateway, type WeakGateway } from '../../world/weak-gateway.ts'
import { openWorld, type World } from '../../world/world.ts'

/** `ls-auth doctor --gateway` in front of a Tempo that has tenants: who chooses the tenant? */

let provider: Provider
let gateway: WeakGateway
let world: World

beforeAll(async () => {
  provider = await startProvider()
  const { issuer, clientId } = provider
  gateway = await startWeakGateway({ issuer, audience: 'api://traces', clientId })
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets, columns: 80 })
  const line = `ls-auth login --issuer ${issuer} --client-id ${clientId} --port 0 --backend tempo --api ${gateway.url} --scope "openid offline_access traces:read"`
  expect(await world.type(line)).toMatchObject({ exit: 0 })
})
afterAll(() => Promise.all([world.close(), gateway.close(), provider.close()]))

const DATA = '{"scopes":[{"name":"resource","tags":["service.name"]},{"name":"intrinsic","tags":["name"]}]}'
const NONE = '{"scopes":[{"name":"intrinsic","tags":["name"]}]}'

/** Tempo's answer to a good token; `tenantOf`: what the gateway makes of the caller's tenant, undefined refuses it. */
async function attackedBy(tenantOf: (asked: string | undefined) => string | undefined, options = '') {
  const good = (await world.type('ls-auth token')).stdout.trim()
  gateway.log.length = 0
  gateway.inFront = ({ method, path, headers }, token) => {
    if (token !== good) return { status: 401 }
    if (method !== 'GET') return { status: 403 }
    const tenant = tenantOf(headers['x-scope-orgid']?.toString())
    if (path === '/api/echo' || tenant === undefined) return { status: tenant === undefined ? 403 : 200 }
    return { status: 200, body: tenant === 'team-a' ? DATA : NONE }
  }
  const { exit, stdout } = await world.type(`ls-auth doctor --gateway --json${options}`)
  const attacks = JSON.parse(stdout).gateway.attacks as { attack: string; verdict: string; next?: string }[]
  return { exit, attack: attacks.find(({ attack }) => attack === 'other-tenant') }
}

it.each<[string, string, (asked: string | undefined) => string | undefined, string, number]>([
  ['passes on', '', (asked) => asked ?? 'team-a', 'let-through', 5],
  ['passes on, where the profile names one,', ' --tenant team-a', (asked) => asked, 'let-through', 5],
  ['overwrites', '', () => 'team-a', 'refused', 0],
  ['refuses', '', (asked) => (asked === undefined ? 'team-a' : undefined), 'refused', 0],
  ['passes on, all of them without data,', '', () => 'team-b', 'unknown', 6],
])('a gateway that %s the tenant of the caller', async (_, options, tenantOf, verdict, exit) => {
  const told = await attackedBy(tenantOf, options)
  expect(told).toMatchObject({ exit, attack: { verdict } })
  expect(told.attack?.next !== undefined).toBe(verdict === 'let-through')
  const asked = gateway.log.flatMap(({ headers }) => headers['x-scope-orgid'] ?? [])
  expect(asked.filter((one) => one !== 'team-a')).toEqual([
    expect.stringMatching(/^ls-auth-doctor-[0-9a-f-]{36}$/),
  ])
})

it('for people: who chooses the tenant, and what to do', async () => {
  await attackedBy((asked) => asked ?? 'team-a')
  const { stdout } = await world.type('ls-auth doctor --gateway')
  const told = stdout.replace(/\s+/g, ' ')
  expect(told).toContain(
    'FAIL a tenant that does not exist let through (HTTP 200: no data, since that tenant has none)',
  )
  expect(told).toContain('Set x-scope-orgid in the gateway, or refuse tenants')
})
