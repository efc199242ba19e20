import type { Client, PartialClient } from '../../client.ts'
import type { Ports } from '../../ports/ports.ts'
import { sessionName } from '../../session/session-name.ts'
import type { SessionHeader } from '../../session/store/session-file.ts'
import { findSignIns } from '../../session/store/sign-ins.ts'
import type { Settings } from '../../settings/files/settings-files.ts'
import { isComplete } from '../../settings/required-client.ts'
import { usersOf } from './sign-in-sharers.ts'

/** What a profile for a program had of a sign-in before it was one, also of an unfinished sign-out, where no other uses it. */
export async function leftSignIn(
  client: PartialClient,
  settings: Settings,
  ports: Ports,
): Promise<SessionHeader | undefined> {
  const header = await signInOf(client, ports)
  if (!header || !isItsOwn(client, header)) return undefined
  return usersOf(header, settings, ports.env).length === 0 ? header : undefined
}

/** The sign-in of this issuer, client id and account, or its unfinished sign-out, whose ever it is. */
export async function signInOf(client: PartialClient, ports: Ports): Promise<SessionHeader | undefined> {
  if (!isComplete(client)) return undefined
  const name = sessionName(client)
  const found = await findSignIns(client.stateDirectory, ports, { buried: true })
  return found.find((one) => sessionName(one) === name)
}

/** Whether this profile has signed in: it may be the client of another one's sign-in without ever having used it. */
export const isItsOwn = ({ profile }: Pick<Client, 'profile'>, { apis }: SessionHeader): boolean =>
  Object.hasOwn(apis, profile)
