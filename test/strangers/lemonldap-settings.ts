import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'

/** What differs from run to run. */
export interface LemonSettings {
  readonly directory: string
  /** The portal's address, which is the issuer too; ends with `/`. */
  readonly portal: string
  readonly redirectUri: string
  readonly trusted: string
  readonly asking: string
}

/** `lemonldap-ng.ini`: where the configuration is, and that it is read again on each start. */
export const lemonIni = (directory: string): string => `[all]
useSafeJail = 1
logLevel = notice
[configuration]
type = File
dirName = ${join(directory, 'conf')}
localStorage = Cache::FileCache
localStorageOptions = { 'namespace' => 'config', 'default_expires_in' => 600, 'cache_root' => '${join(directory, 'cache')}', 'cache_depth' => 3 }
[portal]
staticPrefix = /static
templateDir = /usr/share/lemonldap-ng/portal/templates
languages = en
[handler]
`

/**
 * A portal with the shipped demonstration directory, turned into an OpenID provider with two clients, and with a new key
 * of the id `k1`. What is not named has the portal's own default.
 */
export function lemonSettings(settings: LemonSettings): string {
  const { directory, portal, trusted, asking } = settings
  const place = (name: string) => join(directory, name)
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const clients = [trusted, asking]
  const each = <T>(value: (client: string) => T) =>
    Object.fromEntries(clients.map((client) => [client, value(client)]))
  return JSON.stringify({
    cfgNum: 1,
    cfgDate: 1,
    authentication: 'Demo',
    userDB: 'Same',
    demoExportedVars: { cn: 'cn', mail: 'mail', uid: 'uid' },
    globalStorage: 'Apache::Session::File',
    localSessionStorage: 'Cache::FileCache',
    whatToTrace: 'uid',
    domain: '127.0.0.1',
    portal,
    key: 'of-this-test-alone',
    securedCookie: 0,
    requireToken: 0,
    loginHistoryEnabled: 0,
    reloadUrls: {},
    // What sends mail and paints captchas needs more packages.
    portalDisplayRegister: 0,
    portalDisplayResetPassword: 0,
    captcha_mail_enabled: 0,
    captcha_register_enabled: 0,
    applicationList: {},
    exportedHeaders: {},
    locationRules: { '127.0.0.1': { default: 'accept' } },
    globalStorageOptions: {
      Directory: place('sessions'),
      LockDirectory: place('sessions/lock'),
      generateModule: 'Lemonldap::NG::Common::Apache::Session::Generate::SHA256',
    },
    persistentStorage: 'Apache::Session::File',
    persistentStorageOptions: { Directory: place('persistent'), LockDirectory: place('persistent/lock') },
    localSessionStorageOptions: {
      cache_root: place('cache'),
      cache_depth: 3,
      default_expires_in: 600,
      namespace: 'sessions',
    },
    issuerDBOpenIDConnectActivation: 1,
    oidcServiceMetaDataIssuer: portal,
    oidcServicePrivateKeySig: keys.privateKey,
    oidcServicePublicKeySig: keys.publicKey,
    oidcServiceKeyIdSig: 'k1',
    oidcServiceAllowOffline: 1,
    oidcServiceAllowAuthorizationCodeFlow: 1,
    oidcRPMetaDataExportedVars: each(() => ({
      name: 'cn',
      email: 'mail',
      preferred_username: 'uid',
      groups: 'groups',
    })),
    oidcRPMetaDataOptionsExtraClaims: each(() => ({ profile: 'groups' })),
    oidcRPMetaDataScopeRules: each(() => ({})),
    oidcRPMetaDataMacros: each(() => ({})),
    oidcRPMetaDataOptions: each((client) => clientOptions(client, settings)),
  })
}

function clientOptions(client: string, { trusted, redirectUri }: LemonSettings): object {
  return {
    oidcRPMetaDataOptionsClientID: client,
    oidcRPMetaDataOptionsDisplayName: client,
    oidcRPMetaDataOptionsPublic: 1,
    oidcRPMetaDataOptionsRequirePKCE: 1,
    oidcRPMetaDataOptionsBypassConsent: client === trusted ? 1 : 0,
    oidcRPMetaDataOptionsRedirectUris: redirectUri,
    oidcRPMetaDataOptionsIDTokenSignAlg: 'RS256',
    oidcRPMetaDataOptionsAccessTokenExpiration: 60,
    oidcRPMetaDataOptionsAccessTokenJWT: 1,
    // Claims about the person are in the access token of one client, and only at userinfo for the other.
    oidcRPMetaDataOptionsAccessTokenClaims: client === trusted ? 1 : 0,
    oidcRPMetaDataOptionsAccessTokenSignAlg: 'RS256',
    oidcRPMetaDataOptionsAllowOffline: 1,
    oidcRPMetaDataOptionsRefreshToken: 1,
    oidcRPMetaDataOptionsRefreshTokenRotation: 1,
    oidcRPMetaDataOptionsUserIDAttr: 'uid',
  }
}
