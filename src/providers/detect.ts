import { unknownChoice } from '../unknown-choice.ts'
import { PROVIDER_IDS, type Preset, type ProviderId } from './preset.ts'
import { isProviderId, PRESETS } from './presets.ts'

interface Place {
  readonly id: ProviderId
  /** In lower case, without a port: a whole name, or `.domain` for all subdomains. Checked before `like`. */
  readonly hosts?: readonly string[]
  /** For hosts with a region or a customer in the middle of their name. */
  readonly like?: RegExp
  readonly path?: RegExp
}

const OKTA = ['.okta.com', '.oktapreview.com', '.okta-emea.com', '.okta-gov.com']

/** Hosts and paths of known issuers; the first match wins. */
const PLACES: readonly Place[] = [
  { id: 'okta', hosts: OKTA, path: /^\/oauth2\/[^/]/ },
  { id: 'okta-org', hosts: OKTA },
  {
    id: 'entra',
    hosts: [
      ...['login.microsoftonline.com', 'login.microsoftonline.us', 'login.partner.microsoftonline.cn'],
      ...['sts.windows.net', '.ciamlogin.com', '.b2clogin.com'],
    ],
  },
  // The sign-in domain isn't an issuer but is often mistaken for one: the hint explains it.
  {
    id: 'cognito',
    hosts: ['.amazoncognito.com'],
    like: /^cognito-idp(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/,
  },
  { id: 'aws-iam', hosts: ['.tokens.sts.global.api.aws'] },
  {
    id: 'aws-identity-center',
    hosts: ['.awsapps.com', '.awsapps.cn', 'identitycenter.amazonaws.com'],
    like: /^oidc(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|api\.aws)$/,
  },
  // Its portal by the id of the instance: over IPv6 as well, and in a region of choice.
  {
    id: 'aws-identity-center',
    like: /^ssoins-[a-z0-9]+\.(portal\.[a-z0-9-]+\.app\.aws|[a-z0-9-]+\.portal\.amazonaws\.com)$/,
  },
  { id: 'google', hosts: ['accounts.google.com'] },
  { id: 'auth0', hosts: ['.auth0.com'] },
  {
    id: 'pingone',
    hosts: ['com', 'eu', 'ca', 'asia', 'sg', 'com.au'].map((region) => `auth.pingone.${region}`),
  },
  { id: 'onelogin', hosts: ['.onelogin.com'], path: /^\/oidc(\/|$)/ },
  { id: 'jumpcloud', hosts: ['oauth.id.jumpcloud.com', 'oauth.id.eu.jumpcloud.com'] },
  {
    id: 'github-actions',
    hosts: ['token.actions.githubusercontent.com'],
    like: /^token\.actions\.[a-z0-9-]+\.ghe\.com$/,
  },
  // On a customer's own domain only the path shows the provider.
  { id: 'github-actions', path: /^\/_services\/token(\/|$)/ },
  { id: 'keycloak', path: /\/realms\/[^/]+\/?$/ },
  { id: 'okta', path: /^\/oauth2\/(default|aus[A-Za-z0-9]+)$/ },
  { id: 'dex', path: /\/dex$/ },
]

const isAt = ({ hosts, like }: Place, host: string): boolean =>
  (hosts === undefined && like === undefined) ||
  hosts?.some((known) => (known.startsWith('.') ? host.endsWith(known) : host === known)) === true ||
  like?.test(host) === true

/**
 * The provider of an issuer, `generic` when it is not recognised: with a custom domain the profile must name the
 * provider. Selects defaults only; no trust follows from it.
 */
export function detectProvider(issuer: string): ProviderId {
  // Google's tokens may have an `iss` without a scheme.
  const text = issuer.includes('://') ? issuer : `https://${issuer}`
  if (!URL.canParse(text)) return 'generic'
  const { hostname, pathname } = new URL(text)
  const place = PLACES.find((one) => isAt(one, hostname) && (one.path?.test(pathname) ?? true))
  return place?.id ?? 'generic'
}

/** The preset that a profile names, else the one of its issuer. Failure `settings`: unknown name. */
export function presetFor(issuer: string, provider?: string): Preset {
  if (provider === undefined) return PRESETS[detectProvider(issuer)]
  if (isProviderId(provider)) return PRESETS[provider]
  throw unknownChoice('settings', 'provider', provider, PROVIDER_IDS)
}
