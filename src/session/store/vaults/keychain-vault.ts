import { Failure } from '../../../errors.ts'
import type { Ports } from '../../../ports/ports.ts'
import type { Secret, Vault } from './vault.ts'

// CRED_MAX_CREDENTIAL_BLOB_SIZE, bytes; other platforms allow far more.
const WINDOWS_LIMIT_BYTES = 2560

/** The OS keychain: one item for a sign-in, with the data key and the refresh token as issued. */
export function keychainVault(ports: Ports): Vault {
  const fitsPlatformLimit = (text: string) =>
    ports.env.platform !== 'win32' || Buffer.byteLength(text) <= WINDOWS_LIMIT_BYTES

  async function probe(account: string): Promise<void> {
    const keychain = await ports.keychain()
    await keychain.set(account, 'probe')
    const back = await keychain.get(account)
    await keychain.remove(account)
    if (back !== 'probe') throw lost('the keychain took an item but did not give it back')
  }

  return {
    probe,
    async keep(account, secret) {
      const keychain = await ports.keychain()
      const whole = encodeSecret(secret)
      const text = fitsPlatformLimit(whole) ? whole : encodeSecret({ ...secret, refresh: undefined })
      await keychain.set(account, text)
      if ((await keychain.get(account)) !== text)
        throw lost('the keychain took the session but did not give it back')
      return { header: {}, keptRefresh: text === whole && secret.refresh !== undefined }
    },
    async recall(account) {
      const text = await (await ports.keychain()).get(account)
      if (text === undefined) throw lost('your sign-in is stored, but the keychain did not give it back')
      return decodeSecret(text)
    },
    async discard(account) {
      const keychain = await ports.keychain()
      if (await keychain.remove(account)) return
      // A locked keychain says "not removed" too. If a probe item can be written, the item is really gone.
      await probe(`probe|${account.split('|')[0]}`)
    },
  }
}

const encodeSecret = ({ key, refresh = '' }: Secret): string =>
  `1.${key.toString('base64url')}.${Buffer.from(refresh).toString('base64url')}`

function decodeSecret(text: string): Secret {
  const [version, key, refresh] = text.split('.')
  if (version !== '1' || !key) throw lost('the keychain item of your sign-in is damaged')
  return {
    key: Buffer.from(key, 'base64url'),
    refresh: refresh ? Buffer.from(refresh, 'base64url').toString('utf8') : undefined,
  }
}

const lost = (message: string): Failure =>
  new Failure('keychain-lost', message, {
    hint: 'It may be locked, or the item was removed. Unlock it, or sign in again: ls-auth login',
  })
