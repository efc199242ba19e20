import type { Profile } from '../../settings/profile.ts'
import type { Invocation } from '../invocation.ts'
import { openProfile } from '../trace/open-source.ts'
import { type Checkup, ok } from './checkup.ts'

/** Checks the gateway and the trace API behind it with the cheapest authorised request. */
export async function checkBackend(invocation: Invocation, profile: Profile): Promise<Checkup> {
  const source = await openProfile(invocation, profile)
  const started = invocation.ports.clock.now()
  await source.probe()
  return ok('API', `${profile.api.host} let you in (${invocation.ports.clock.now() - started}ms)`)
}
