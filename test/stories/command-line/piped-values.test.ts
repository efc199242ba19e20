import { afterAll, beforeAll, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

const ISSUER = `https://login.example.com/${'realm-of-many-words/'.repeat(8)}end`
const API = 'https://traces-gateway.observability.internal.acme.example/tenants/one/tempo'
const SCOPES = [
  'openid',
  'offline_access',
  ...['email', 'profile', 'plus', 'cloud'].map((name) => `https://www.apis.example/auth/${name}`),
]
const GROUP = 'The people of the traces'
const PROFILE = 'the-profile-of-the-whole-observability-team-of-acme-in-berlin'

let world: World
beforeAll(async () => {
  world = await openWorld()
  await world.writeConfig(`[profiles."${PROFILE}"]
issuer = "${ISSUER}"
client_id = "x"
api = "${API}"
backend = "tempo"
ca_file = "/opt/the company/certificates of all/ca.pem"
scopes = ${JSON.stringify(SCOPES)}
[profiles."${PROFILE}".expect]
groups = ["${GROUP}"]
`)
})
afterAll(() => world.close())

it('profile show in a pipe: one line a setting, its value whole, so that grep and cut find it', async () => {
  const { stdout } = await world.type('ls-auth profile show')
  const lines = new Map(stdout.split('\n').map((line) => [line.split(' ')[0], line]))
  expect(lines.get('issuer')).toBe(`issuer                 ${ISSUER}  # profile`)
  expect(lines.get('scopes')).toBe(`scopes                 ${SCOPES.join(' ')}  # profile`)
  expect(lines.get('expect')).toContain(`{"groups":["${GROUP}"]}`)
})

it('on a terminal a list is broken between its values, and no value inside', async () => {
  world.watched = true
  const { stdout } = await world.type('ls-auth profile show')
  world.watched = false
  const lines = stdout.split('\n')
  for (const whole of [ISSUER, API, ...SCOPES, '/opt/the company/certificates of all/ca.pem'])
    expect(lines.filter((line) => line.includes(whole))).not.toEqual([])
  expect(lines.find((line) => line.startsWith('scopes'))?.length).toBeLessThanOrEqual(120)
})

it('whoami breaks no group inside its quotation marks', async () => {
  const claims = { sub: 'alice', groups: [...Array(6)].map((_, i) => `${GROUP} ${i}`) }
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  world.stdin = [`${part({ alg: 'none' })}.${part(claims)}.`]
  const { stdout } = await world.type('ls-auth whoami --token -')
  for (const group of claims.groups) expect(stdout).toContain(`"${group}"`)
})

it.each(['status', 'profile list'])('%s in a pipe cuts no cell', async (command) => {
  const narrow = await openWorld({ columns: 60 })
  const issuer = `https://${'a'.repeat(70)}.example`
  await narrow.writeConfig(`[profiles.work]\nissuer = "${issuer}"\nclient_id = "x"\n[profiles.${'long-'.repeat(11)}]
issuer = "${issuer}"\nclient_id = "x"\n`)
  const { stdout } = await narrow.type(`ls-auth ${command}`)
  await narrow.close()
  expect(stdout).toContain(`  ${'long-'.repeat(11)} `)
  expect(stdout).not.toContain('…')
})
