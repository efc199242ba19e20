/** A command line tool of your own: `acme login`, `acme whoami`, `acme call /path`, `acme logout`. */
import { realPorts } from '../../src/main.ts'
import {
  type Application,
  Failure,
  type LoginOptions,
  openSession,
  plainDialog,
} from '../../src/session/index.ts'

export interface Acme extends Pick<Application, 'issuer' | 'clientId' | 'api' | 'preset'> {
  readonly directory: string
  readonly flow?: LoginOptions['flow']
}

/** Gives what the tool prints. `tell`: a line for the person. */
export async function acme(
  [command, path = '/']: readonly string[],
  { directory, flow = 'browser', ...own }: Acme,
  tell: (line: string) => void,
): Promise<string> {
  const kept = { stateDirectory: directory, storeKeyFile: `${directory}/key` }
  const session = openSession({ name: 'acme', ...own, ...kept }, realPorts(), tell)
  switch (command) {
    case 'login':
      await session.signIn(plainDialog(tell), { flow })
      return `Hello ${(await session.whoami()).sub}`
    case 'whoami':
      return JSON.stringify(await session.whoami())
    case 'logout':
      return (await session.signOut()).wasSignedIn ? 'Signed out' : 'Not signed in'
    case 'call': {
      const { value } = await session.token()
      const answer = await fetch(new URL(path, own.api), { headers: { authorization: `Bearer ${value}` } })
      return `${answer.status} ${await answer.text()}`
    }
  }
  throw new Failure('usage', `unknown command ${command}`)
}
