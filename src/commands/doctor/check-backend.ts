import { gatewaySeen } from '../../backends/gateways/known.ts'
import type { Profile } from '../../settings/profile.ts'
import type { Invocation } from '../invocation.ts'
import { openProfile } from '../trace/open-source.ts'
import { refusedByExpect } from './check-session.ts'
import { type Checkup, look, ok, skip } from './checkup.ts'

/**
 * Checks the gateway and the trace API behind it with the cheapest authorised request. A gateway that is known by its
 * address or its answers is named.
 */
export async function checkBackend(invocation: Invocation, profile: Profile): Promise<Checkup[]> {
  let headers: Readonly<Record<string, string>> = {}
  const lines = await look('API', async () => {
    const source = await openProfile(invocation, profile, {
      onAnswer: (answer) => {
        headers = answer.headers
      },
    })
    if (await refusedByExpect(invocation, profile)) return skip('API', 'the token is not sent, see claims')
    const started = invocation.ports.clock.now()
    await source.probe()
    return ok('API', `${profile.api.host} let you in (${invocation.ports.clock.now() - started}ms)`)
  })
  const seen = gatewaySeen(profile.api, headers)
  return seen === undefined ? lines : [ok('gateway', `${seen.name} (${seen.how})`), ...lines]
}
