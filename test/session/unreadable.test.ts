import { describe, expect, it } from 'vitest'
import { accessToken } from '../../src/session/access.ts'
import { toldBy } from '../told.ts'
import { idToken, openMachine, tokens } from './signed-in.ts'

/** What is done where a session, or what lies beside it, cannot be read. */

const NOW = 1_800_000_000_000

describe('a sign-in for a step-up', () => {
  const anew = async (
    scopes: string[],
    said: object,
    change: (m: ReturnType<typeof openMachine>) => void,
  ) => {
    const machine = openMachine({}, { scopes })
    await machine.keep({ idToken: await idToken(NOW) })
    change(machine)
    const login = () =>
      machine.login(tokens(said), { options: { flow: 'device', samePerson: { subject: 'ada' } } })
    expect((await toldBy(login))[0]).toBe('refused: somebody else has signed in; the sign-in before is kept')
    // It could end the sign-in that is kept.
    expect(machine.revoked).toEqual([])
  }

  it('is refused where the keychain does not say who signed in before', async () => {
    await anew(['openid'], { id_token: await idToken(NOW) }, ({ items }) => items.clear())
  })

  it('is refused where the provider does not say who has signed in now', async () => {
    await anew(['a'], {}, () => {})
  })
})

it('behind a renewal nothing is swept up where nobody can look what is left', async () => {
  const machine = openMachine()
  await machine.keep({
    tokens: [
      { use: 'access', audience: '', scopes: '', value: 'old', receivedAt: NOW - 600_000, expiresIn: 600 },
    ],
  })
  machine.answers['/token'] = [tokens({ access_token: 'new' })]
  const temporary = `${(await machine.place()).directory}/session.99.tmp`
  machine.put('half', temporary)
  machine.faults.set('read items.json', 'EIO')
  const want = { use: 'access', audience: '', scopes: '' } as const
  expect((await accessToken(machine.client, want, machine.ports, 'token', () => {})).value).toBe('new')
  expect(machine.disk.has(temporary)).toBe(true)
})
