import { auth0 } from './auth0.ts'
import { awsIam, awsIdentityCenter } from './aws.ts'
import { cognito } from './cognito.ts'
import { dex } from './dex.ts'
import { entra } from './entra.ts'
import { githubActions } from './github-actions.ts'
import { google } from './google.ts'
import { jumpCloud } from './jump-cloud.ts'
import { keycloak } from './keycloak.ts'
import { okta, oktaOrg } from './okta.ts'
import { oneLogin } from './one-login.ts'
import { pingOne } from './ping-one.ts'
import { type Preset, type ProviderId, STANDARD } from './preset.ts'

/** Every preset by its name in a profile. */
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
  generic: { ...STANDARD, id: 'generic', name: 'OpenID Connect provider' },
}

/** Whether a text is the name of a preset. */
export function isProviderId(text: string): text is ProviderId {
  return Object.hasOwn(PRESETS, text)
}

/**
 * The redirect URIs to register, for a preset or for settings that override it. Where the port is ignored
 * (RFC 8252 §7.3) there is one, without a port.
 */
export function redirectUris(
  preset: Pick<Preset, 'redirectPorts' | 'redirectPath'> & { readonly redirectHost: string },
): string[] {
  const { redirectHost: host, redirectPorts: ports, redirectPath: path } = preset
  if (ports === 'any') return [`http://${host}${path}`]
  return ports.map((port) => `http://${host}:${port}${path}`)
}
