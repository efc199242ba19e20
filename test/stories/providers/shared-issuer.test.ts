import { writeFile } from 'node:fs/promises'
import { get } from 'node:https'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConnectProxy, startConnectProxy } from '../../world/connect-proxy.ts'
import { ENTRA_API, ENTRA_ORIGIN, entraShared } from '../../world/simulator/behaviours/entra.ts'
import { type Simulator, startSimulator } from '../../world/simulator/simulator.ts'
import { makeTls } from '../../world/tls.ts'
import { openWorld, type World } from '../../world/world.ts'

const HOST = new URL(ENTRA_ORIGIN).host

let simulator: Simulator
let proxy: ConnectProxy
let world: World
beforeAll(async () => {
  const tls = await makeTls({ hosts: [HOST] })
  simulator = await startSimulator(entraShared, { origin: ENTRA_ORIGIN, tls })
  proxy = await startConnectProxy({ hosts: { [HOST]: `127.0.0.1:${simulator.port}` } })
  world = await openWorld({ variables: { HTTPS_PROXY: proxy.url }, secrets: () => simulator.secrets })
  world.override.browser = async () => ({ open: async (url) => visit(url, tls.ca) })
  const authority = join(world.home, 'ca.pem')
  await writeFile(authority, tls.ca)
  await world.writeConfig(
    [
      '[profiles.work]',
      `issuer = "${simulator.issuer}"`,
      `client_id = "${entraShared.clientId}"`,
      `scopes = ["openid", "profile", "email", "offline_access", "api://${ENTRA_API}/traces.read"]`,
      `ca_file = "${authority}"`,
      '',
    ].join('\n'),
  )
})
afterAll(() => Promise.all([simulator.close(), proxy.close(), world.close()]))

/** A browser that finds the provider's name: it answers with a redirect at once, which leads to the listener. */
async function visit(start: URL, ca: string): Promise<boolean> {
  const { headers } = await fetch(start, { redirect: 'manual' })
  const url = new URL(headers.get('location') ?? '')
  const location = await new Promise<string>((resolve, reject) => {
    const place = { host: '127.0.0.1', port: simulator.port, servername: HOST, ca }
    get({ ...place, path: url.pathname + url.search }, (answer) => {
      answer.resume()
      resolve(answer.headers.location ?? '')
    }).on('error', reject)
  })
  const [cookie = ''] = (headers.get('set-cookie') ?? '').split(';')
  fetch(location, { headers: { cookie } }).catch(() => {})
  return true
}

describe.sequential('an issuer that many tenants share ({tenantid} in its metadata)', () => {
  it('login signs the person in', async () => {
    const { exit, stderr } = await world.type('ls-auth login')
    expect({ exit, stderr }).toMatchObject({ exit: 0, stderr: expect.stringMatching(/Signed in as \S+@/) })
    expect(proxy.targets).toContain(`${HOST}:443`)
  })

  it('a renewal brings a new token', async () => {
    const before = await world.type('ls-auth token')
    const after = await world.type('ls-auth token --min-ttl 75m')
    expect([before.exit, after.exit, simulator.refreshes]).toEqual([0, 0, 1])
    expect(after.stdout).not.toBe(before.stdout)
  })
})
