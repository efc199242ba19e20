import { openApi } from '../api/request.ts'
import { Failure } from '../errors.ts'
import type { Profile } from '../settings/profile.ts'
import type { Backend } from '../trace/backends/backend.ts'
import { tokenSource } from './credentials.ts'
import { clientOf, givenToken, type Invocation, loadProfile } from './invocation.ts'

/** The back end of the profile, reached with the user's identity (with none under `authorization = "none"`). */
export async function openBackend(invocation: Invocation): Promise<Backend> {
  const { settings, profile } = await loadProfile(invocation)
  if (givenToken(invocation) !== undefined && profile.resolved.api.source === 'default') {
    throw new Failure('settings', 'LS_AUTH_TOKEN is set, and nothing says which API it is for', {
      hint: 'Name the API: --api URL, LS_AUTH_API, or api in the profile.',
    })
  }
  const http = await invocation.ports.http(profile.http)
  const destination = { base: profile.api, authorization: profile.authorization, http }
  const send = openApi(
    destination,
    tokenSource(invocation, () => clientOf(profile, settings)),
  )
  switch (profile.backend) {
    case 'tempo': {
      const { tempoBackend } = await import('../trace/backends/tempo.ts')
      return tempoBackend({ base: profile.api, tenant: profile.tenant }, send)
    }
    case 'jaeger': {
      const { jaegerBackend } = await import('../trace/backends/jaeger.ts')
      return jaegerBackend(profile.api, send)
    }
    case 'lightstep': {
      const { lightstepBackend } = await import('../trace/backends/lightstep.ts')
      return lightstepBackend(lightstepNames(profile), send)
    }
  }
}

function lightstepNames({ organization, project }: Profile): { organization: string; project: string } {
  if (organization !== undefined && project !== undefined) return { organization, project }
  throw new Failure(
    'settings',
    `the profile names no ${organization === undefined ? 'organization' : 'project'}`,
    {
      hint: 'Set organization and project (Lightstep’s names) in the profile, or pass --organization and --project to login.',
    },
  )
}
