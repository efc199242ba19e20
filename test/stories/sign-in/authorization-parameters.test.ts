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

it('one that ls-auth sets itself is refused before anything is asked', async () => {
  const there = await open()
  const asked = there.provider.requests.length
  const { exit, stderr } = await there.world.type(there.login('--authorization-parameter state=x'))
  expect(stderr).toBe(
    'error: --authorization-parameter sets "state", which ls-auth sets itself\n' +
      'hint: Remove it. Use its own setting or flag instead, such as --prompt.\n',
  )
  expect([exit, there.provider.requests.length - asked]).toEqual([2, 0])
})
