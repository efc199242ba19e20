import { backendOf, listed, requirePlace } from '../../backends/table.ts'
import type { Profile } from '../../settings/profile.ts'
import { authorisedRequest } from '../authorised-request.ts'
import type { Invocation } from '../invocation.ts'
import { type Checkup, fail, ok } from './checkup.ts'

/** Checks the gateway and the trace API behind it with the cheapest authorised request. */
export async function checkBackend(invocation: Invocation, profile: Profile): Promise<Checkup> {
  const row = backendOf(profile.backend)
  const path = row.probe(requirePlace(row, profile))
  const send = await authorisedRequest(invocation, profile)
  const started = invocation.ports.clock.now()
  const answer = await send({ path, accept: '*/*' })
  if (answer.status === 404) {
    const places = listed(['api', ...row.needs], 'and')
    return fail('API', `${profile.api.host} knows no ${path}`, `Check ${places} in the profile.`)
  }
  return ok('API', `${profile.api.host} let you in (${invocation.ports.clock.now() - started}ms)`)
}
