import type { Behaviour, EndpointName } from './behaviour.ts'

const MEMBERS: Record<EndpointName, string> = {
  authorize: 'authorization_endpoint',
  token: 'token_endpoint',
  jwks: 'jwks_uri',
  device: 'device_authorization_endpoint',
  revoke: 'revocation_endpoint',
  userinfo: 'userinfo_endpoint',
  endSession: 'end_session_endpoint',
}

/** The metadata as this provider publishes it: its issuer's spelling, its endpoints' places, its own gaps. */
export function metadataOf(
  behaviour: Behaviour,
  issuer: string,
  origins: { readonly home: string; readonly elsewhere: string },
): Record<string, unknown> {
  const endpoints = Object.entries(behaviour.paths).map(([name, path]) => {
    const away = behaviour.elsewhere.includes(name as EndpointName)
    return [MEMBERS[name as EndpointName], (away ? origins.elsewhere : origins.home) + path]
  })
  return {
    issuer,
    ...Object.fromEntries(endpoints),
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    ...behaviour.metadata,
  }
}
