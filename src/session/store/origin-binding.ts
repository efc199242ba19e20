import type { Client } from '../../client.ts'
import { Failure } from '../../errors.ts'
import type { Ports } from '../../ports/ports.ts'
import { safeText } from '../../text/safe-text.ts'
import { sessionName } from '../session-name.ts'
import type { Session } from './session.ts'
import type { SessionHeader, Way } from './session-file.ts'
import type { Store } from './session-store.ts'
import { findByProfile } from './sign-ins.ts'

function checkOrigin({ apiOrigin, apiFrom }: Client, header: SessionHeader): void {
  if (Object.values(header.apis).includes(apiOrigin)) return
  // A variable that was exported for something else is easily forgotten.
  const who = apiFrom === undefined ? '' : `, which ${apiFrom} names`
  const failure = new Failure('other-origin', `this sign-in is not for ${safeText(apiOrigin, 120)}${who}`, {
    detail: [
      `confirmed: ${[...new Set(Object.values(header.apis))].map((origin) => safeText(origin, 120)).join(', ')}`,
    ],
  })
  throw apiFrom === undefined ? failure : failure.withHint(`Unset ${apiFrom}. ${failure.hint}`)
}

/** How the requests of a client go by its settings. Variables such as HTTPS_PROXY are the person's own, and no part of it. */
export const wayOf = ({ http: { proxy, caFile, clientCert } }: Pick<Client, 'http'>): Way => ({
  proxy,
  ca_file: caFile,
  client_cert: clientCert,
})

const WAY = ['proxy', 'ca_file', 'client_cert'] as const

/**
 * Failure `other-origin`: requests would go a way that no sign-in has confirmed. Undefined: they do not, or this profile was
 * signed in by a version that kept none.
 */
export function changeOfWay(
  client: Pick<Client, 'http' | 'profile'>,
  { apis, ways }: SessionHeader,
): Failure | undefined {
  const { profile } = client
  if (ways === undefined || (Object.hasOwn(apis, profile) && !Object.hasOwn(ways, profile))) return undefined
  const now = wayOf(client)
  const confirmed = Object.values(ways)
  if (confirmed.some((way) => WAY.every((key) => way[key] === now[key]))) return undefined
  const before = ways[profile] ?? confirmed[0] ?? {}
  const changed = WAY.filter((key) => before[key] !== now[key])
  return new Failure('other-origin', `${changed.join(', ')} changed after the sign-in`, {
    detail: changed.map((key) => `${key}: ${shown(now[key])}; confirmed: ${shown(before[key])}`),
    hint: 'If you meant to change it, confirm with: ls-auth login',
  })
}

/** The same as a Failure that is thrown. */
export function requireSameWay(...asked: Parameters<typeof changeOfWay>): void {
  const failure = changeOfWay(...asked)
  if (failure) throw failure
}

const shown = (value: string | undefined) => (value === undefined ? 'not set' : safeText(value, 200))

/**
 * Reads the session and enforces the origin binding: its tokens go only to the API origins confirmed at sign-in, and only the
 * confirmed way. The header is checked before the keychain is touched. Undefined: not signed in. Failures: `other-origin`;
 * `profile-changed` when `dpop` has changed since the sign-in, or when the profile signed in as another client. That takes the
 * headers of all sessions, so it looks only where this one has none.
 */
export async function readBound(client: Client, store: Store, ports: Ports): Promise<Session | undefined> {
  const read = () =>
    store.read((header) => {
      checkOrigin(client, header)
      requireSameWay(client, header)
    })
  const session = await read()
  if (session) return requireSameProof(client, session)
  const other = await findByProfile(client, ports)
  if (!other) return undefined
  // A sign-in happened between the two reads.
  if (sessionName(other) === sessionName(client)) {
    const now = await read()
    return now && requireSameProof(client, now)
  }
  throw profileChanged(client, other)
}

/** `dpop` decides at the sign-in what its tokens are, and nothing changes them afterwards. */
function requireSameProof(client: Client, session: Session): Session {
  const isBound = session.body.proofKey !== undefined
  if (isBound === (client.dpop === true)) return session
  const why = isBound
    ? 'this sign-in uses DPoP, but dpop = true is gone'
    : 'dpop = true is new, but this sign-in does not use DPoP'
  throw new Failure('profile-changed', `the profile ${safeText(client.profile, 60)} has changed: ${why}`, {
    detail: isBound
      ? ['to keep using it: LS_AUTH_DPOP=true, or ls-auth profile set dpop true']
      : ['to keep using it: unset LS_AUTH_DPOP, or ls-auth profile set dpop false'],
  })
}

function profileChanged(client: Client, before: SessionHeader): Failure {
  const same = (key: 'issuer' | 'clientId') =>
    before[key] === client[key] && before.server?.[key] === client.server?.[key]
  const what = same('issuer') ? (same('clientId') ? 'account' : 'client') : 'issuer'
  return new Failure(
    'profile-changed',
    `the profile ${safeText(client.profile, 60)} has changed: it has another ${what} now`,
    {
      detail: [`signed in at ${safeText(before.issuer, 120)} as client ${safeText(before.clientId, 80)}`],
    },
  )
}
