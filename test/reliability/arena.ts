import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { browse } from '../world/browser.ts'
import { hasKeyring, type KeyringSession, openKeyringSession } from '../world/keyring-session.ts'
import { type Ended, type Machine, openMachine } from '../world/machine.ts'
import { type Provider, startProvider } from '../world/provider.ts'

/** A machine, a strict provider, and (for the keychain store) a real Secret Service, for processes to fight over. */
export interface Arena {
  readonly provider: Provider
  readonly machine: Machine
  readonly keyring: KeyringSession | undefined
  readonly store: 'keychain' | 'file'
  /** What the next answers say about the life of access tokens, seconds: by kind of grant. */
  readonly lives: { signIn: number; refresh: number }
  /** A whole sign-in; the browser goes where the program says. Resolves when the program has ended. */
  login(start?: (args: string[]) => ReturnType<Machine['start']>): Promise<Ended>
  /** The one directory that holds the session, once somebody has signed in. */
  directory(): Promise<string>
  close(): Promise<void>
}

export async function openArena(options: { store: 'keychain' | 'file'; binary?: string }): Promise<Arena> {
  const { store } = options
  if (store === 'keychain' && !hasKeyring()) process.exit(2)
  const keyring = store === 'keychain' ? await openKeyringSession() : undefined
  // Each sign-in has a browser of its own, and it is known: what was replaced is revoked.
  const provider = await startProvider({ namesSessions: true })
  const machine = await openMachine({ binary: resolve(options.binary ?? 'bin/ls-auth.js') })
  Object.assign(machine.env, keyring?.env, { HOME: machine.home })
  const lives = { signIn: 3600, refresh: 3600 }
  provider.tamper.tokenResponse = (body, grantType) => ({
    ...body,
    expires_in: grantType === 'refresh_token' ? lives.refresh : lives.signIn,
  })
  const args = [
    'login',
    '--issuer',
    provider.issuer,
    '--client-id',
    provider.clientId,
    '--port',
    '0',
    '--no-browser',
  ]
  args.push('--store', store, ...(store === 'file' ? ['--store-key-file', machine.keyFile] : []))
  return {
    provider,
    machine,
    keyring,
    store,
    lives,
    async login(start = (all) => machine.start(all)) {
      const running = start(args)
      const said = await running.said(/^ {2}(https?:\/\/\S+)$/m).catch(() => undefined)
      // The program may be killed while the browser is on its way.
      if (said) await browse(said[1] as string, { user: 'alice' }).catch(() => {})
      return running.ended
    },
    async directory() {
      const root = join(machine.stateDirectory, 'sessions')
      return join(root, (await readdir(root))[0] as string)
    },
    async close() {
      await machine.close()
      await provider.close()
      await keyring?.close()
    },
  }
}
