import { type Preset, type ProviderId, STANDARD } from './preset.ts'
import { auth0 } from './presets/auth0.ts'
import { awsIam, awsIdentityCenter } from './presets/aws.ts'
import { cognito } from './presets/cognito.ts'
import { dex } from './presets/dex.ts'
import { entra } from './presets/entra.ts'
import { githubActions } from './presets/github-actions.ts'
import { google } from './presets/google.ts'
import { jumpCloud } from './presets/jump-cloud.ts'
import { keycloak } from './presets/keycloak.ts'
import { okta, oktaOrg } from './presets/okta.ts'
import { oneLogin } from './presets/one-login.ts'
import { pingOne } from './presets/ping-one.ts'

/** All presets by their name in a profile. */
export const PRESETS: Readonly<Record<ProviderId, Preset>> = {
  okta,
  'okta-org': oktaOrg,
  entra,
  cognito,
  google,
  auth0,
  keycloak,
  dex,
  pingone: pingOne,
  onelogin: oneLogin,
  jumpcloud: jumpCloud,
  'aws-iam': awsIam,
  'github-actions': githubActions,
  'aws-identity-center': awsIdentityCenter,
  generic: { ...STANDARD, id: 'generic', name: 'OpenID Connect provider', metadataAt: 'anywhere' },
}

/** Whether a text is the name of a preset. */
export function isProviderId(text: string): text is ProviderId {
  return Object.hasOwn(PRESETS, text)
}

/** The redirect URIs that an administrator registers: none without a sign-in, and where the provider takes any. */
export const urisToRegister = (preset: Preset): string[] =>
  preset.signsIn === 'person' && !preset.takesAnyRedirect ? redirectUris(preset) : []

/**
 * The redirect URIs of the client. Where the provider ignores the port (RFC 8252 §7.3) there is one, without a port.
 */
export function redirectUris({
  redirectHost: host,
  redirectPorts: ports,
  redirectPath: path,
}: Preset): string[] {
  if (ports === 'any') return [`http://${host}${path}`]
  return ports.map((port) => `http://${host}:${port}${path}`)
}
