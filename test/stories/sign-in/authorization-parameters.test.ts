import { afterEach, expect, it } from 'vitest'
import type { ProviderOptions } from '../../world/provider.ts'
import { openStage, type Stage } from '../../world/stage.ts'

/** "Our Auth0 wants an organization." The parameters of the profile go with each authorization request, and nowhere else. */

let stage: Stage | undefined
afterEach(async () => {
  await stage?.close()
  stage = undefined
})

const open = async (provider: ProviderOptions = {}) => {
  stage = await openStage({ provider })
  return stage
}
/** What the last request at one of the provider's paths had of them. */
const received = ({ provider }: Stage, path: string) => {
  const last = provider.requests.filter((request) => request.path === path).at(-1)
  return ['organization', 'note'].map((name) => last?.parameters.getAll(name))
}
/** The device flow ends at its first request. */
const refuseDevice = ({ provider }: Stage) => {
  provider.tamper.intercept = ({ url }, response) => {
    if (url !== '/device/auth') return false
    response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_request"}')
    return true
  }
}

const FLAGS = `--authorization-parameter organization=org_1 --authorization-parameter "note=a b&c=d+ü"`
const SENT = [['org_1'], ['a b&c=d+ü']]

it.each([
  ['/auth', {}],
  ['/request', { pushedRequests: 'of-all' as const }],
])(
  'the provider gets them at %s, now and at the next sign-in, which needs no flag',
  async (path, provider) => {
    const there = await open(provider)
    expect(await there.world.type(there.login(FLAGS))).toMatchObject({ exit: 0, stdout: '' })
    expect(received(there, path)).toEqual(SENT)
    expect((await there.world.type('ls-auth login')).exit).toBe(0)
    expect(received(there, path)).toEqual(SENT)
    expect(received(there, '/token')).toEqual([[], []])
    const shown = JSON.parse((await there.world.type('ls-auth profile show --json')).stdout)
    expect(shown.settings.authorization_parameters).toEqual({
      value: ['organization=org_1', 'note=a b&c=d+ü'],
      source: there.world.configFile,
    })
  },
)

it('one that is typed again takes the place of those of the profile', async () => {
  const there = await open()
  expect((await there.world.type(there.login(FLAGS))).exit).toBe(0)
  expect((await there.world.type('ls-auth login --authorization-parameter organization=org_2')).exit).toBe(0)
  expect(received(there, '/auth')).toEqual([['org_2'], []])
})

it('the device flow, which has none, is not taken with them typed', async () => {
  const there = await open()
  const asked = there.provider.requests.length
  const { exit, stderr } = await there.world.type(there.login(`--device ${FLAGS}`))
  expect(stderr).toBe(
    'error: --authorization-parameter cannot be sent with --device\n' +
      'hint: The device flow has no such parameters (RFC 8628). Leave one of them out.\n',
  )
  expect([exit, there.provider.requests.length - asked]).toEqual([2, 0])
})

it('the device flow does not send those of the profile, and says so', async () => {
  const there = await open()
  expect((await there.world.type(there.login(FLAGS))).exit).toBe(0)
  refuseDevice(there)
  const { exit, stderr } = await there.world.type('ls-auth login --device')
  expect(exit).not.toBe(0)
  expect(stderr).toMatch(
    /^note: the device flow does not send authorization_parameters: organization, note\n/,
  )
  expect(received(there, '/device/auth')).toEqual([[], []])
})

it.each([
  ['plain', {}, 'authorization_endpoint'],
  ['pushed', { pushedRequests: 'of-all' as const }, 'authorization_endpoint'],
  ['pushed', { pushedRequests: 'of-all' as const }, 'pushed_authorization_request_endpoint'],
])(
  'one that is in an address of the provider already is not sent twice: %s, %s',
  async (_, provider, name) => {
    const there = await open(provider)
    const add = (query: string) => {
      there.provider.tamper.discovery = (document) => ({ ...document, [name]: `${document[name]}?${query}` })
    }
    add('Organization=fix&p=B2C_1')
    const { exit, stderr } = await there.world.type(there.login(FLAGS))
    expect(stderr).toBe(
      `error: the provider's ${name} sets "organization" already\n` +
        'hint: Leave it out of authorization_parameters: it may be sent once only (RFC 6749 §3.1).\n',
    )
    expect([exit, there.world.opened]).toEqual([2, []])
    add('p=B2C_1')
    expect((await there.world.type(there.login(FLAGS))).exit).toBe(0)
  },
)

it('one that ls-auth sets itself is refused before anything is asked', async () => {
  const there = await open()
  const asked = there.provider.requests.length
  const { exit, stderr } = await there.world.type(there.login('--authorization-parameter state=x'))
  expect(stderr).toBe(
    'error: --authorization-parameter sets "state", which a sign-in sets itself\n' +
      'hint: Leave it out. What can be chosen has a setting or a flag of its own, such as --prompt.\n',
  )
  expect([exit, there.provider.requests.length - asked]).toEqual([2, 0])
})
