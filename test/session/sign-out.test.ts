import { describe, expect, it } from 'vitest'
import { Failure, NetworkFailure } from '../../src/errors.ts'
import { tokenHash } from '../../src/session/renewal/freshness.ts'
import { signOut } from '../../src/session/sign-out.ts'
import type { StoredToken } from '../../src/session/store/session-file.ts'
import { told, toldBy } from '../told.ts'
import { idToken, type Machine, openMachine } from './signed-in.ts'

/** A sign-out: what is revoked, what is forgotten, and what is finished later. */

const NOW = 1_800_000_000_000
const ACCESS: StoredToken = {
  use: 'access',
  audience: '',
  scopes: '',
  value: 'access-0',
  receivedAt: NOW,
  expiresIn: 600,
}

async function signedIn(
  body: Parameters<Machine['keep']>[0] = {},
  { refresh, preset = {} }: { refresh?: null; preset?: Parameters<typeof openMachine>[1] } = {},
) {
  const machine = openMachine({}, preset)
  await machine.keep({ tokens: [{ ...ACCESS, use: 'id', value: 'id-0' }, ACCESS], ...body }, refresh)
  return { machine, out: () => outOf(machine) }
}
const outOf = (machine: Machine) =>
  signOut(machine.client, machine.ports, (line) => void machine.heard.push(line))
const tombstones = ({ disk }: Machine) => [...disk.keys()].filter((path) => path.includes('tombstone-'))
const GONE = (machine: Machine) => ({
  session: [...machine.disk.keys()].filter((path) => path.endsWith('/session')),
  tombstones: tombstones(machine),
  items: [...machine.items.keys()],
  list: machine.itemList(),
})
const NOTHING = { session: [], tombstones: [], items: [], list: [] }

describe('a sign-out', () => {
  it('revokes the refresh token and forgets everything', async () => {
    const id = await idToken(NOW)
    const { machine, out } = await signedIn({ idToken: id })
    const { ended, ...outcome } = await out()
    expect(outcome).toEqual({ wasSignedIn: true, revoked: 'yes', forgotten: true })
    expect(ended?.tokens).toContainEqual(expect.objectContaining({ use: 'access', value: 'access-0' }))
    expect(ended?.idToken).toBe(id)
    expect(JSON.stringify(ended)).not.toContain('refresh-0')
    expect(machine.revoked).toEqual(['refresh-0', 'access-0'])
    expect(GONE(machine)).toEqual(NOTHING)
    // From the tombstone on nobody finds a session, whatever the provider says.
    const order = machine.log.filter((step) => /^(rename session |remove|unlink tombstone)/.test(step))
    expect(order.map((step) => step.split(/[ -]/)[0])).toEqual(['rename', 'remove', 'unlink'])
  })

  it('revokes the rotated refresh token, and the one of the sign-in before', async () => {
    const { machine, out } = await signedIn({ refresh: 'refresh-1', superseded: 'refresh-before' })
    expect((await out()).revoked).toBe('yes')
    expect(machine.revoked).toEqual(['refresh-before', 'refresh-1', 'access-0'])
  })

  it('revokes the one that came for another person', async () => {
    const { machine, out } = await signedIn({ superseded: 'refresh-before', foreign: 'of-eve' })
    machine.answers['/revoke'] = [{ status: 400, error: 'invalid_request' }, { status: 200 }]
    expect((await out()).revoked).toBe('yes')
    expect(machine.revoked).toEqual(['refresh-before', 'of-eve', 'refresh-0', 'access-0'])
  })

  it('of a session that has ended: a provider that refuses its token says no more than that', async () => {
    const answer = { status: 400, error: 'invalid_request' }
    const attempt = { hash: tokenHash('refresh-0'), at: 0, outcome: 'refused' } as const
    for (const [body, revoked] of [
      [{ attempt }, 'already-ended'],
      [{}, expect.any(Failure)],
    ] as const) {
      const { machine, out } = await signedIn({ ...body, tokens: [] })
      machine.answers['/revoke'] = [answer]
      expect(await out()).toMatchObject({ revoked, forgotten: true })
    }
  })

  it.each([new NetworkFailure('gone', true), new Failure('refused', 'odd')])(
    'forgets the session even when it cannot be revoked: told (%s)',
    async (failure) => {
      const { machine, out } = await signedIn({ superseded: 'refresh-before' })
      machine.answers['/revoke'] = [failure]
      const { revoked, forgotten } = await out()
      expect(told(revoked)[0]).toBe(`${failure.code}: ${failure.message}`)
      expect(forgotten).toBe(true)
      expect(GONE(machine)).toEqual(NOTHING)
    },
  )
})

describe('a session that cannot be opened', () => {
  it('is forgotten, and why it was not revoked is told', async () => {
    const { machine, out } = await signedIn()
    machine.items.clear()
    const { wasSignedIn, revoked, forgotten, ended } = await out()
    expect(told(revoked)[0]).toMatch(/^keychain-lost: /)
    expect([wasSignedIn, forgotten, ended]).toEqual([true, true, undefined])
    expect(machine.asked).toEqual([])
    expect(GONE(machine)).toEqual(NOTHING)
  })

  it('because of the disk stays as it is: its token could not be revoked', async () => {
    const { machine, out } = await signedIn()
    let reads = 0
    machine.faults.set('read session', () => {
      if (++reads === 3) throw Object.assign(new Error('EIO'), { code: 'EIO' })
    })
    expect((await toldBy(out))[0]).toMatch(/^storage: cannot read .*EIO/)
    machine.faults.clear()
    expect((await machine.kept())?.secret.refresh).toBe('refresh-0')
  })
})

describe('an item that cannot be removed', () => {
  const stuck = new Failure('keychain-stuck', 'no answer')
  async function leaveItem() {
    const { machine, out } = await signedIn({ superseded: 'refresh-before' })
    const { delete: remove } = machine.items
    const repair = () => {
      machine.items.delete = remove
    }
    machine.items.delete = () => {
      throw stuck
    }
    return { machine, out, repair, first: await out() }
  }

  it('is told, and nobody is signed in any more', async () => {
    const { machine, first } = await leaveItem()
    expect(first).toMatchObject({ wasSignedIn: true, revoked: 'yes', forgotten: stuck })
    // Once each, although the tombstone is left.
    expect(machine.revoked).toEqual(['refresh-before', 'refresh-0', 'access-0'])
    expect(tombstones(machine)).toHaveLength(1)
    expect(await machine.kept()).toBeUndefined()
  })
})
