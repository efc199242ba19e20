import { openApi } from '../api/request.ts'
import { Failure } from '../errors.ts'
import type { Profile, Settings } from '../settings/profile.ts'
import type { Backend } from '../trace/backends/backend.ts'
import { parseSpanOrTraceId } from '../trace/id.ts'
import { tokenSource } from './credentials.ts'
import { clientOf, globals, type Invocation, loadProfile, printJson } from './invocation.ts'

/** `ls-auth trace get ID`: one trace from the profile's back end, drawn or as JSON. */
export async function traceGet(invocation: Invocation): Promise<void> {
  const reference = parseSpanOrTraceId(invocation.args[0] as string)
  const { settings, profile } = await loadProfile(invocation)
  const backend = await openBackend(invocation, profile, settings)
  const trace = await backend.trace(reference)
  if (globals(invocation).json || invocation.options.output === 'json') {
    const { toJson } = await import('../trace/formats/json.ts')
    return printJson(invocation, toJson(trace))
  }
  const { buildTree } = await import('../trace/tree.ts')
  const { renderWaterfall } = await import('../trace/render/waterfall.ts')
  const { terminal, clock } = invocation.ports
  const lines = renderWaterfall(buildTree(trace), {
    width: terminal.columns,
    unicode: terminal.unicode,
    style: await terminal.style('out'),
    now: clock.now(),
    fold: invocation.options.unfold !== true,
  })
  const link = backend.link(trace)
  await terminal.out(`${lines.join('\n')}\n${link ? `\n${link}\n` : ''}`)
}

async function openBackend(invocation: Invocation, profile: Profile, settings: Settings): Promise<Backend> {
  const { backend, organization, project } = profile
  if (backend !== 'lightstep') {
    throw new Failure('cannot-do', `this version cannot read ${backend} yet`, {
      hint: 'Use a profile with backend = "lightstep".',
    })
  }
  if (organization === undefined || project === undefined) {
    throw new Failure(
      'settings',
      `the profile names no ${organization === undefined ? 'organization' : 'project'}`,
      {
        hint: 'Set organization and project (Lightstep’s names) in the profile, or pass --organization and --project to login.',
      },
    )
  }
  const http = await invocation.ports.http(profile.http)
  const destination = { base: profile.api, authorization: profile.authorization, http }
  const send = openApi(
    destination,
    tokenSource(invocation, () => clientOf(profile, settings)),
  )
  const { lightstepBackend } = await import('../trace/backends/lightstep.ts')
  return lightstepBackend({ organization, project }, send)
}
