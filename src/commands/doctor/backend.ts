import { openApi } from '../../api/request.ts'
import type { Profile, Settings } from '../../settings/profile.ts'
import { tokenSource } from '../credentials.ts'
import { clientOf, type Invocation } from '../invocation.ts'
import { type Checkup, fail, ok } from './checkup.ts'

/** The gateway and the trace API behind it, by the cheapest authorised request there is. */
export async function checkBackend(
  invocation: Invocation,
  profile: Profile,
  settings: Settings,
): Promise<Checkup> {
  const path = cheapest(profile)
  if (path === undefined) {
    return fail(
      'API',
      'the profile names no organization or project',
      'Set organization and project (Lightstep’s names) in the profile.',
    )
  }
  const http = await invocation.ports.http(profile.http)
  const destination = { base: profile.api, authorization: profile.authorization, http }
  const send = openApi(
    destination,
    tokenSource(invocation, () => clientOf(profile, settings)),
  )
  const started = invocation.ports.clock.now()
  const answer = await send({ path, accept: '*/*' })
  if (answer.status === 404) {
    return fail(
      'API',
      `${profile.api.host} knows no ${path}`,
      'Check api, organization and project in the profile.',
    )
  }
  return ok('API', `${profile.api.host} let you in (${invocation.ports.clock.now() - started}ms)`)
}

function cheapest({ backend, organization, project }: Profile): string | undefined {
  if (backend === 'tempo') return '/api/echo'
  if (backend === 'jaeger') return '/api/v3/services'
  if (organization === undefined || project === undefined) return undefined
  return `/public/v0.2/${encodeURIComponent(organization)}/projects/${encodeURIComponent(project)}`
}
