import { expect, it } from 'vitest'
import { PRESETS } from '../../src/providers/presets.ts'
import { isSessionName, sessionName } from '../../src/session/session-name.ts'
import { requireProviderInReach, requireSignInOffered } from '../../src/session/sign-in-offered.ts'
import { toldBy } from '../told.ts'

it('people sign in at most providers', () => {
  requireSignInOffered(PRESETS.generic)
  requireProviderInReach(PRESETS.generic)
  requireProviderInReach(PRESETS['github-actions'])
})

it('nobody signs in where programs alone have tokens', async () => {
  const preset = PRESETS['github-actions']
  expect(await toldBy(() => requireSignInOffered(preset))).toEqual([
    `cannot-do: nobody signs in at ${preset.name} with ls-auth login`,
    'A program with a token of its own passes it in LS_AUTH_TOKEN.',
    ...preset.registration,
  ])
})

it('a provider that no other program can use is said to be one', async () => {
  const preset = PRESETS['aws-identity-center']
  for (const require of [requireSignInOffered, requireProviderInReach]) {
    const [what, hint] = await toldBy(() => require(preset))
    expect(what).toBe(`cannot-do: nobody can sign in at ${preset.name} from outside`)
    expect(preset.hints.map(({ say }) => say)).toContain(hint)
  }
  const unknown = { ...PRESETS.generic, signsIn: 'nobody' as const }
  expect((await toldBy(() => requireProviderInReach(unknown)))[1]).toBe('Use a back end that offers this.')
})

it('a session is named by issuer, client and account', () => {
  const name = sessionName({ issuer: 'https://id.acme.example', clientId: 'cli', account: 'default' })
  expect(name).toBe('a297c48c91f01345936d044c')
  expect(isSessionName(name)).toBe(true)
  for (const other of [`${name}0`, `0${name}`, name.toUpperCase(), name.slice(1), 'lost+found'])
    expect(isSessionName(other)).toBe(false)
})
