import { afterEach, describe, expect, it } from 'vitest'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { openPlace, type Place } from './place.ts'

/** Errors that a second try does not mend are no exit 6: scripts retry on that. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)

describe.each(['login', 'login --device'])('ls-auth %s', (line) => {
  it.each([
    'invalid_client',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
    'invalid_target',
  ])('%s is exit 2', async (error) => {
    place = await openPlace(keycloak)
    place.world.fastForward = true
    place.simulator.answerTokensWith({ status: 400, json: { error, error_description: 'Said so.' } })
    const { exit, stderr } = await type(`ls-auth ${line}`)
    expect(stderr).toContain(`${error}: Said so.`)
    expect(exit).toBe(2)
  })
})

it('invalid_scope: what was asked for, what the provider lists, and how to ask for others', async () => {
  place = await openPlace({
    ...keycloak,
    scopes: { known: ['openid'], unknown: 'refuse' },
    metadata: { ...keycloak.metadata, scopes_supported: ['openid', 'traces:read', '\u001b[2J'] },
  })
  const { exit, stderr } = await type('ls-auth login')
  expect(exit).toBe(2)
  expect(stderr).toContain('asked for were openid profile email offline_access')
  expect(stderr).toContain('the provider lists openid traces:read \\u{1b}[2J.')
  expect(stderr).toContain('ls-auth login --scope')
})

it('invalid_scope where offline_access is not listed, as at GitLab: the line without it works', async () => {
  const listed = ['openid', 'profile', 'email', ...Array.from({ length: 30 }, (_, i) => `api${i}`)]
  place = await openPlace({
    ...keycloak,
    id: 'generic',
    scopes: { known: ['openid', 'profile', 'email'], unknown: 'refuse' },
    metadata: { ...keycloak.metadata, scopes_supported: listed },
  })
  const { exit, stderr } = await type('ls-auth login')
  expect(exit).toBe(2)
  const line = /Without offline_access .*: (ls-auth login .*)$/m.exec(stderr)?.[1]
  expect(line).toBe('ls-auth login --scopes "openid profile email"')
  expect((await type(line as string)).exit).toBe(0)
  expect((await type('ls-auth login')).exit).toBe(0)
})

describe('invalid_scope: the hint names what is not listed, and a line that works', () => {
  it.each<[string, string[] | undefined, string, string]>([
    // Dex, better-auth and others: an unknown scope was typed.
    [
      '--scope no:such',
      ['openid', 'offline_access', 'profile', 'email'],
      'no:such',
      'openid profile email offline_access',
    ],
    ['--scopes "openid no:such"', ['openid', 'traces:read'], 'no:such', 'openid'],
    // django-oauth-toolkit lists its own alone.
    ['--scope traces:read', ['openid', 'traces:read'], 'profile email offline_access', 'openid traces:read'],
    // django-allauth lists none, and refuses offline_access.
    ['--scope traces:read', undefined, 'offline_access', 'openid profile email traces:read'],
  ])('%s, where %j are listed', async (typed, listed, named, works) => {
    place = await openPlace({
      ...keycloak,
      id: 'generic',
      scopes: { known: works.split(' '), unknown: 'refuse' },
      metadata: { ...keycloak.metadata, scopes_supported: listed },
    })
    const { exit, stderr } = await type(`ls-auth login ${typed}`)
    expect(exit).toBe(2)
    const [, names, line] =
      /Without (.*?)(?: \(ls-auth asks for offline_access by itself\))?: (ls-auth login .*)$/m.exec(stderr) ??
      []
    expect([names, line]).toEqual([named, `ls-auth login --scopes "${works}"`])
    expect((await type(line as string)).exit).toBe(0)
  })

  it('where all are listed, it may be any: a placeholder stands for others', async () => {
    place = await openPlace({
      ...keycloak,
      id: 'generic',
      scopes: { known: ['openid'], unknown: 'refuse' },
      metadata: { ...keycloak.metadata, scopes_supported: ['openid', 'profile', 'email', 'offline_access'] },
    })
    expect((await type('ls-auth login')).stderr).toContain('Ask for others: ls-auth login --scopes LIST')
  })
})

it('an issuer that is not there is exit 2', async () => {
  place = await openPlace(keycloak)
  await place.world.editConfig((text) => text.replace('/realms/traces', '/realms/nothing'))
  const { exit, stderr } = await type('ls-auth login')
  expect(stderr).toContain('no OpenID Connect provider at')
  expect(exit).toBe(2)
})

it('a server error goes on being exit 6', async () => {
  place = await openPlace(keycloak)
  place.simulator.answerTokensWith({ status: 400, json: { error: 'temporarily_unavailable' } })
  expect((await type('ls-auth login')).exit).toBe(6)
})
