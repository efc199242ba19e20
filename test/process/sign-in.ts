import { browse, type Page, type Visitor } from '../world/browser.ts'
import type { Ended, Machine, RunOptions } from '../world/machine.ts'
import type { Provider } from '../world/provider.ts'

/** The address a `login` prints for the browser. */
export const PRINTED_URL = /^ {2}(https?:\/\/\S+)$/m

/** The settings a first `login` names: a provider, and the file store in the machine's own places. */
export const loginArgs = (provider: Pick<Provider, 'issuer' | 'clientId'>): string[] => [
  'login',
  '--issuer',
  provider.issuer,
  '--client-id',
  provider.clientId,
  '--port',
  '0',
]

/** The file store, for machines without a keychain. */
export const fileStore = (machine: Machine): string[] => [
  '--store',
  'file',
  '--store-key-file',
  machine.keyFile,
]

/**
 * A whole sign-in by the built program: `args` is the login command line. The browser goes to the printed address;
 * resolves when both it and the program have ended.
 */
export async function signIn(
  machine: Machine,
  args: readonly string[],
  options: RunOptions & { visitor?: Visitor } = {},
): Promise<{ ended: Ended; page: Page }> {
  const { visitor = { user: 'alice' }, ...run } = options
  const login = machine.start([...args, '--no-browser'], run)
  const [, url] = await login.said(PRINTED_URL)
  const page = await browse(url as string, visitor)
  return { ended: await login.ended, page }
}
