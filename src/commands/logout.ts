import { Failure } from '../errors.ts'
import { presetFor } from '../providers/detect.ts'
import { safeText } from '../safe-text.ts'
import type { Client } from '../session/client.ts'
import { type SignedOut, signOut } from '../session/sign-out.ts'
import { findSignIns } from '../session/store/sign-ins.ts'
import { chooseProfile, readSettings } from '../settings/profile.ts'
import { clientOf, globals, type Invocation, loadProfile, printJson, tell } from './invocation.ts'

/** `ls-auth logout [--all]`: forget, revoke, and say what became of each half. */
export async function logout(invocation: Invocation): Promise<void> {
  const all = invocation.options.all === true
  const clients = all ? await everyClient(invocation) : [await chosenClient(invocation)]
  const outcomes: { client: Client; result: SignedOut }[] = []
  for (const client of clients) {
    const result = await signOut(client, invocation.ports, (line) => tell(invocation, line))
    if (!globals(invocation).json) describe(invocation, client, result)
    outcomes.push({ client, result })
  }
  if (all && clients.length === 0) tell(invocation, 'There is no sign-in on this machine.')
  if (globals(invocation).json) {
    const rows = outcomes.map(({ client, result: { wasSignedIn, revoked, forgotten } }) => ({
      issuer: client.issuer,
      was_signed_in: wasSignedIn,
      revoked: revoked instanceof Failure ? 'failed' : revoked,
      forgotten: forgotten === true,
    }))
    await printJson(invocation, all ? rows : rows[0])
  }
  for (const { result } of outcomes) throwUnfinished(result)
}

async function chosenClient(invocation: Invocation): Promise<Client> {
  const { settings, profile } = await loadProfile(invocation)
  return clientOf(profile, settings)
}

/** Every sign-in of this state directory, by its profile where there still is one. */
async function everyClient(invocation: Invocation): Promise<Client[]> {
  const { ports } = invocation
  const settings = await readSettings(ports.env, await ports.files())
  const known = [...Object.keys(settings.config.profiles), ...Object.keys(settings.system.profiles)].flatMap(
    (name) => {
      const profile = chooseProfile(settings, { values: {}, profile: name }, ports.env)
      return profile.issuer === undefined || profile.clientId === undefined
        ? []
        : [clientOf(profile, settings)]
    },
  )
  const found = await findSignIns(settings.places.stateDirectory, ports, { buried: true })
  const fallback = chooseProfile(
    { ...settings, config: { ...settings.config, profiles: {}, defaultProfile: undefined } },
    { values: {}, profile: 'logout', newProfile: true },
    ports.env,
  )
  return found.map((seal) => {
    const own = known.find(
      (client) =>
        client.issuer === seal.issuer && client.clientId === seal.clientId && client.account === seal.account,
    )
    return (
      own ?? {
        ...clientOf({ ...fallback, ...seal, preset: presetFor(seal.issuer) }, settings),
        profile: seal.issuer,
      }
    )
  })
}

function describe(
  invocation: Invocation,
  client: Client,
  { wasSignedIn, revoked, forgotten }: SignedOut,
): void {
  const name = safeText(client.profile, 120)
  if (!wasSignedIn && forgotten === true) {
    tell(invocation, `Not signed in to ${name}; nothing to do.`)
    return
  }
  const here = forgotten === true ? 'forgotten' : `not removed yet: ${forgotten.message}`
  tell(invocation, `Signed out of ${name}.`)
  tell(invocation, `  on this machine   ${here}`)
  tell(invocation, `  at the provider   ${provider(revoked)}`)
}

function throwUnfinished({ revoked, forgotten }: SignedOut): void {
  // The tombstone stands, so no command finds the session any more; the next one finishes the deletion.
  if (forgotten instanceof Failure) throw forgotten
  if (revoked instanceof Failure && revoked.exit === 6) {
    throw new Failure('provider-failed', 'signed out here, but the provider did not confirm the revocation', {
      detail: [revoked.message],
      hint: 'The refresh token is deleted here. To end it there as well, sign out in the provider’s own account page.',
    })
  }
}

function provider(revoked: SignedOut['revoked']): string {
  if (revoked instanceof Failure) return `not revoked: ${safeText(revoked.message)}`
  if (revoked === 'yes') return 'refresh token revoked'
  if (revoked === 'earlier') return 'an earlier sign-out was finished'
  if (revoked === 'no-token') return 'nothing to revoke'
  return 'offers no revocation: the refresh token was only deleted here'
}
