import { Failure } from '../errors.ts'
import { PROVIDER_IDS, type Preset, type ProviderId } from './preset.ts'
import { isProviderId, PRESETS } from './presets.ts'

/** Host and path patterns, first fit wins. Hosts are matched whole, in lower case, without a port. */
const PLACES: readonly { id: ProviderId; host?: RegExp; path?: RegExp }[] = [
  { id: 'okta', host: /\.(okta|oktapreview|okta-emea|okta-gov)\.com$/, path: /^\/oauth2\/[^/]/ },
  { id: 'okta-org', host: /\.(okta|oktapreview|okta-emea|okta-gov)\.com$/ },
  {
    id: 'entra',
    host: /^login\.microsoftonline\.(com|us)$|^login\.partner\.microsoftonline\.cn$|^sts\.windows\.net$/,
  },
  { id: 'entra', host: /\.(ciamlogin|b2clogin)\.com$/ },
  // The sign-in domain is no issuer, but it is often taken for one: recognised, so that the hint can say so.
  { id: 'cognito', host: /^cognito-idp(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$|\.amazoncognito\.com$/ },
  { id: 'aws-iam', host: /\.tokens\.sts\.global\.api\.aws$/ },
  {
    id: 'aws-identity-center',
    host: /\.awsapps\.com$|^identitycenter\.amazonaws\.com$|^oidc\.[a-z0-9-]+\.amazonaws\.com$/,
  },
  { id: 'google', host: /^accounts\.google\.com$/ },
  { id: 'auth0', host: /\.auth0\.com$/ },
  { id: 'pingone', host: /^auth\.pingone\.(com|eu|ca|asia|sg|com\.au)$/ },
  { id: 'onelogin', host: /\.onelogin\.com$/, path: /^\/oidc(\/|$)/ },
  { id: 'jumpcloud', host: /^oauth\.id\.(eu\.)?jumpcloud\.com$/ },
  { id: 'github-actions', host: /^token\.actions\.(githubusercontent\.com|[a-z0-9-]+\.ghe\.com)$/ },
  // On a customer's own domain only the path tells.
  { id: 'github-actions', path: /^\/_services\/token(\/|$)/ },
  { id: 'keycloak', path: /\/realms\/[^/]+\/?$/ },
  { id: 'okta', path: /^\/oauth2\/(default|aus[A-Za-z0-9]+)$/ },
  { id: 'dex', path: /\/dex$/ },
]

/**
 * Whose issuer this is, `generic` when nothing tells: several providers offer domains of one's own, so a
 * profile can name the provider. It picks defaults only; nothing is trusted for looking like somebody.
 */
export function detectProvider(issuer: string): ProviderId {
  // One provider's tokens also name it without a scheme.
  const text = issuer.includes('://') ? issuer : `https://${issuer}`
  if (!URL.canParse(text)) return 'generic'
  const { hostname, pathname } = new URL(text)
  const place = PLACES.find(
    ({ host, path }) => (host?.test(hostname) ?? true) && (path?.test(pathname) ?? true),
  )
  return place?.id ?? 'generic'
}

/** The preset a profile asks for by name, else the one its issuer points to. Failure: `settings`, unknown name. */
export function presetFor(issuer: string, provider?: string): Preset {
  if (provider === undefined) return PRESETS[detectProvider(issuer)]
  if (isProviderId(provider)) return PRESETS[provider]
  throw new Failure('settings', `no provider is called "${provider.slice(0, 40)}"`, {
    hint: `Use one of: ${PROVIDER_IDS.join(', ')}; or leave provider out.`,
  })
}
