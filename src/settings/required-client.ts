import type { Client, PartialClient } from '../client.ts'
import { Failure } from '../errors.ts'
import type { Env } from '../ports/ports.ts'
import { safeText } from '../text/safe-text.ts'
import { shellWord } from '../text/shell-word.ts'
import type { Settings } from './files/settings-files.ts'
import { chooseProfile, type Profile, sendsToken } from './profile.ts'
import { FIRST_LOGIN } from './profile-name.ts'

/** Whether a client has issuer and client id. */
export const isComplete = (client: PartialClient): client is Client =>
  client.issuer !== undefined && client.clientId !== undefined

/**
 * The client of a profile that must have issuer and client id; a workload that sends its proof unchanged isn't a client of the
 * issuer. Failures: `not-signed-in`, `settings`.
 */
export function requireClient(
  profile: Pick<Profile, 'client' | 'name' | 'saved' | 'api' | 'authorization' | 'resolved'>,
): Client {
  const { api, client, name, resolved, saved } = profile
  if (isComplete(client)) return client
  const { issuer, clientId, preset, workload } = client
  if (workload) {
    if (issuer !== undefined && workload.grant === 'as-is') return { ...client, issuer, clientId: '' }
    const missing = issuer === undefined ? 'issuer' : 'client_id'
    throw new Failure('settings', `profile ${safeText(name, 60)} has no ${missing}`, {
      hint: `Set it: ls-auth profile set ${missing} ${issuer === undefined ? 'URL' : 'ID'} --profile ${safeText(name, 60)}`,
    })
  }
  if (issuer === undefined && clientId === undefined && !saved) {
    throw new Failure('not-signed-in', 'you are not signed in: there is no profile yet', {
      hint: FIRST_LOGIN,
    })
  }
  if (preset.signsIn === 'workload') {
    throw new Failure('settings', `there is no token: people cannot sign in at ${preset.name}`, {
      hint: "Pass a program's token in LS_AUTH_TOKEN.",
    })
  }
  if (issuer === undefined && clientId === undefined && !sendsToken(profile)) {
    throw new Failure(
      'not-signed-in',
      `profile ${safeText(name, 60)} needs no sign-in: its API takes no token`,
      {
        hint: `Read traces right away: ls-auth services${resolved.api.value === undefined ? '' : `. If the API wants a sign-in: ls-auth login ${shellWord(api.href.replace(/\/$/, ''))}`}`,
      },
    )
  }
  throw new Failure(
    'settings',
    `profile ${safeText(name, 60)} has no ${issuer === undefined ? 'issuer' : 'client_id'}`,
    {
      hint: `Complete it: ls-auth login${issuer === undefined ? ' --issuer URL' : ''}${clientId === undefined ? ' --client-id ID' : ''}`,
    },
  )
}

/**
 * The client of a session that no profile names any more, from the session's header and the issuer's preset: enough to
 * sign out.
 */
export function clientFromHeader(
  header: Pick<Client, 'issuer' | 'clientId' | 'account' | 'store'> & {
    readonly server?: Pick<Client, 'issuer' | 'clientId'>
  },
  settings: Settings,
  env: Env,
): Client {
  const { issuer, clientId, account, store } = header
  const flags = { values: { issuer, clientId, account, store }, profile: issuer, newProfile: true }
  const client = requireClient(chooseProfile(settings, flags, env))
  const { server } = header
  return server
    ? { ...client, server: clientFromHeader({ ...server, account, store }, settings, env) }
    : client
}
