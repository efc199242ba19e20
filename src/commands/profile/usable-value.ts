import { Failure } from '../../errors.ts'
import type { HttpSettings } from '../../ports/http.ts'
import type { Ports } from '../../ports/ports.ts'
import { type SettingKey, typeAgain } from '../../settings/setting-key.ts'
import { requireProxyUrl } from '../../settings/urls.ts'

/** Settings of the HTTP client that name a file; the key file of the store is made where there is none. */
const FILES: Readonly<Record<string, keyof HttpSettings>> = {
  ca_file: 'caFile',
  client_cert: 'clientCert',
  client_key: 'clientKey',
}

const NONE: HttpSettings = {
  proxy: undefined,
  caFile: undefined,
  clientCert: undefined,
  clientKey: undefined,
  timeoutMilliseconds: undefined,
}

/** Failure where words for a list say nothing, or one of them makes the others void: `redirect_ports 80 any`. */
export function requireWords({ key, shape }: SettingKey, words: readonly string[]): void {
  if (key === 'scopes' && words.join('').trim() === '') {
    throw new Failure('settings', 'scopes is empty', {
      hint: 'ls-auth profile set scopes VALUE, or: ls-auth profile set scopes --unset',
    })
  }
  // Port 0 is any.
  if (shape === 'ports' && words.length > 1 && words.some((word) => word === 'any' || Number(word) === 0)) {
    throw new Failure('settings', `${key} must be port numbers, or "any" alone`, { hint: typeAgain(key) })
  }
}

/**
 * Judges a new setting of the HTTP client, which no request could be sent with later. Of the settings of the profile, that
 * one alone: another may be wrong as well, and is to be mended next. Failure `settings`. Gives what is still missing: of a
 * certificate and its key one is set first.
 */
export async function requireUsable(
  key: string,
  http: HttpSettings,
  ports: Ports,
): Promise<Failure | undefined> {
  if (key === 'proxy' && http.proxy !== undefined) requireProxyUrl(http.proxy)
  const file = FILES[key]
  if (file === undefined) return undefined
  try {
    // The client reads its files before any request.
    await ports.http({ ...NONE, [file]: http[file] })
    return undefined
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.reason !== 'half-client-certificate') throw failure
    return http.clientCert === undefined || http.clientKey === undefined ? failure : undefined
  }
}
