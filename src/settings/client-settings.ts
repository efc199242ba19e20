import type { PartialClient } from '../client.ts'
import { Failure } from '../errors.ts'
import type { HttpSettings } from '../ports/http.ts'
import type { Env } from '../ports/ports.ts'
import type { Preset } from '../providers/preset.ts'
import { readDpop } from './dpop.ts'
import { parseDuration } from './duration.ts'
import { expandHome } from './files/places.ts'
import type { Values } from './resolve.ts'
import type { SettingName } from './setting-table.ts'
import { readExpect } from './tables/expectations.ts'
import { readWorkload } from './tables/workload.ts'
import { checkProxy } from './urls.ts'
import { judgedIn } from './value-place.ts'

/** What a client needs in addition to the values of the settings. */
interface ClientFacts
  extends Pick<PartialClient, 'profile' | 'issuer' | 'preset' | 'apiOrigin' | 'place' | 'stateDirectory'> {
  readonly timeoutMilliseconds: number | undefined
  readonly env: Env
}

/** The client that the settings describe. Failures: `settings`, `usage` (a duration). */
export function clientFrom(values: Values, facts: ClientFacts): PartialClient {
  const { env, timeoutMilliseconds, profile, issuer, preset, apiOrigin, place, stateDirectory } = facts
  const path = (name: SettingName): string | undefined => {
    const value = values.text(name)
    return value === undefined ? undefined : expandHome(value, env)
  }
  const [keyFrom, apiFrom] = [values.source('store_key_file'), values.source('api')]
  const proxy = values.text('proxy')
  const http: HttpSettings = {
    proxy: proxy === undefined ? undefined : values.judge('proxy', () => checkProxy(proxy)),
    caFile: path('ca_file'),
    clientCert: path('client_cert'),
    clientKey: path('client_key'),
    timeoutMilliseconds,
  }
  return {
    profile,
    issuer,
    clientId: values.judge('client_id', () => checkClientId(values.text('client_id'))),
    preset,
    account: values.text('account') as string,
    apiOrigin,
    place,
    ...(apiFrom.startsWith('LS_AUTH_') && { apiFrom }),
    audience: values.text('audience'),
    publicSecret: values.judge('client_secret', () => publicSecret(values.text('client_secret'), preset)),
    clientSecretFile: env.variables.LS_AUTH_CLIENT_SECRET_FILE || undefined,
    clientSecretMaxAgeSeconds: values.judge('client_secret_max_age', () =>
      parseDuration(values.text('client_secret_max_age') as string, 'client_secret_max_age'),
    ),
    store: values.text('store') as PartialClient['store'],
    storeKeyFile: path('store_key_file'),
    ...(/^(?:--|LS_AUTH_)/.test(keyFrom) && { storeKeyFrom: keyFrom }),
    workload: judgedIn(profile, () =>
      readWorkload(values.table('workload'), values.source('workload'), profile, env),
    ),
    expect: judgedIn(profile, () =>
      readExpect(values.table('expect'), (key) => values.sourceIn('expect', key)),
    ),
    reason: values.text('reason'),
    requireReason: values.isTrue('require_reason'),
    dpop: values.judge('dpop', () => readDpop(values)),
    http,
    stateDirectory,
  }
}

/** With a blank at an end it was copied so, and the provider would know no such client. */
function checkClientId(id: string | undefined): string | undefined {
  if (id === undefined || id.trim() === id) return id
  throw new Failure('settings', 'the client_id begins or ends with a blank', { hint: 'Leave the blank out.' })
}

/** Only a secret that is public by design may be in a settings file (RFC 8252 §8.5: it ships with the program). */
function publicSecret(secret: string | undefined, preset: Preset): string | undefined {
  if (secret === undefined || preset.publicSecret) return secret
  throw new Failure(
    'settings',
    'client_secret in a profile is only for providers whose secret is public by design',
    {
      hint: 'Take it out of the file and give it by LS_AUTH_CLIENT_SECRET_FILE, or type it when ls-auth login asks.',
    },
  )
}
