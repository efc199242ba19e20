import type { Client } from '../../client.ts'
import { PROOF_ALGORITHM } from '../../dpop/proof-key.ts'
import type { Http } from '../../ports/http.ts'
import type { Ports } from '../../ports/ports.ts'
import { urisToRegister } from '../../providers/presets.ts'
import {
  asksForTokens,
  discover,
  discoverIssuer,
  type IssuerMetadata,
} from '../../session/documents/metadata.ts'
import { fetchKeys } from '../../session/documents/signing-keys.ts'
import { findDisplay, REASONS } from '../../session/flow/display.ts'
import { listen } from '../../session/flow/loopback.ts'
import { requireProviderInReach } from '../../session/sign-in-offered.ts'
import { type Checkup, fail, look, ok, warn } from './checkup.ts'

const TOLERABLE_SKEW_SECONDS = 60
const HARMFUL_SKEW_SECONDS = 300

/** The checks need no client id: a workload token comes without one. */
type Asked = Pick<Client, 'issuer' | 'preset' | 'http' | 'dpop' | 'workload'>

/**
 * Checks the identity provider: metadata, keys, clock, PKCE, device flow, TLS certificate. `given`: the token comes from
 * LS_AUTH_TOKEN, so the provider is asked for none.
 */
export async function checkProvider(
  client: Asked,
  ports: Ports,
  { given }: { readonly given: boolean },
): Promise<Checkup[]> {
  const http = await ports.http(client.http)
  let found: { metadata: IssuerMetadata; skewSeconds: number } | undefined
  const lines = await look('issuer', async () => {
    requireProviderInReach(client.preset)
    const ask = asksForTokens(client) && !given ? discover : discoverIssuer
    found = await ask(client.issuer, client.preset, http, ports.clock)
    return ok('issuer', `${client.issuer} matches its discovery document (${client.preset.name})`)
  })
  if (!found) return lines
  const { metadata, skewSeconds } = found
  return [
    ...lines,
    ...(await look('signing keys', async () => {
      if (metadata.jwks_uri === undefined)
        return ok('signing keys', 'none published: tokens of this OAuth server cannot be verified here')
      const keys = (await fetchKeys(metadata.jwks_uri, http)).keys as unknown[]
      return keys.length > 0
        ? ok('signing keys', `${keys.length} at ${new URL(metadata.jwks_uri).host}`)
        : fail(
            'signing keys',
            'the key set is empty',
            'Tell whoever runs the provider. Without keys ls-auth cannot verify tokens.',
          )
    })),
    clock(skewSeconds),
    // A workload token comes without a sign-in, so without PKCE and device flow. An issuer of keys alone has no sign-in either.
    ...(client.preset.signsIn === 'person' && metadata.token_endpoint !== undefined
      ? [pkce(client, metadata), device(client, metadata), ...dpop(client, metadata)]
      : []),
    ...(await look('certificate', () => certificate(metadata, http))),
    ...otherHosts(client, metadata),
  ]
}

function clock(skewSeconds: number): Checkup {
  const off = Math.abs(skewSeconds)
  const text = `${off}s ${skewSeconds > 0 ? 'behind' : 'ahead of'} the provider's`
  if (off <= TOLERABLE_SKEW_SECONDS) return ok('clock', off === 0 ? 'agrees with the provider' : text)
  const next = 'Set the clock of this machine (NTP). The gateway and other tools use their own clocks.'
  return off > HARMFUL_SKEW_SECONDS ? fail('clock', text, next) : warn('clock', text, next)
}

function pkce(client: Asked, metadata: IssuerMetadata): Checkup {
  const announced = metadata.code_challenge_methods_supported
  if (Array.isArray(announced) && announced.includes('S256'))
    return ok('PKCE', 'S256 announced and always sent')
  if (client.preset.pkceKnown) return ok('PKCE', 'S256 not announced but known to work; always sent')
  return warn(
    'PKCE',
    'S256 not announced; sent anyway',
    'Ask whoever runs the provider whether it checks PKCE.',
  )
}

function device(client: Asked, metadata: IssuerMetadata): Checkup {
  if (typeof metadata.device_authorization_endpoint === 'string' && client.preset.device !== 'no') {
    const extra =
      client.preset.device === 'separate-client' ? ' (only for a client registered for devices)' : ''
    return ok('device flow', `offered${extra}`)
  }
  return ok('device flow', 'not offered; without a browser use --paste')
}

/** Whether the provider says that it binds tokens to a key, where the profile wants that. */
function dpop(client: Asked, metadata: IssuerMetadata): Checkup[] {
  if (!client.dpop) return []
  const announced = metadata.dpop_signing_alg_values_supported
  if (Array.isArray(announced) && announced.includes(PROOF_ALGORITHM))
    return [ok('DPoP', `${PROOF_ALGORITHM} announced; tokens are bound to this sign-in's key`)]
  return [
    warn(
      'DPoP',
      `${PROOF_ALGORITHM} is not announced; ls-auth refuses unbound tokens`,
      'Ask whoever runs the provider to enable DPoP for this client.',
    ),
  ]
}

async function certificate({ token_endpoint, jwks_uri }: IssuerMetadata, http: Http): Promise<Checkup> {
  const url = new URL(String(token_endpoint ?? jwks_uri))
  const issuer = await http.certificateIssuer(url)
  const why = url.protocol === 'http:' ? 'plain http on loopback' : 'a proxy is between'
  if (issuer === undefined) return ok('certificate', `not checked: ${why}`)
  return ok('certificate', `signed by ${issuer} (your company's name here means that TLS is inspected)`)
}

/** Any `*` in the name of a host stands for one character or more; all others for themselves. */
const hostPattern = (host: string): RegExp =>
  new RegExp(`^${host.replace(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll('*', '.+')}$`, 'i')

/** Warns about endpoints on hosts that are neither the issuer's nor known by the preset. */
function otherHosts(client: Asked, metadata: IssuerMetadata): Checkup[] {
  const home = new URL(client.issuer).hostname
  const known = client.preset.endpointHosts.map(hostPattern)
  const strange = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'].flatMap((name) => {
    const value = metadata[name]
    const host = typeof value === 'string' ? new URL(value).hostname : home
    return host === home || known.some((pattern) => pattern.test(host)) ? [] : [`${name} on ${host}`]
  })
  if (strange.length === 0) return []
  return [
    warn(
      'endpoints',
      strange.join(', '),
      "The issuer names these hosts. Check that they are your provider's.",
    ),
  ]
}

/** The redirect URIs to register, and whether a port is free. */
export async function checkRedirect(
  { preset }: Pick<Client, 'preset'>,
  { platform }: Ports['env'],
): Promise<Checkup[]> {
  const uris = urisToRegister(preset)
  const { redirectHost: host, redirectPorts: ports, redirectPath: path } = preset
  return [
    uris.length < 2
      ? ok(
          'redirect',
          uris[0] === undefined
            ? 'none needed: the provider accepts any loopback address'
            : `register ${uris[0]}`,
        )
      : { ...ok('redirect', 'register these redirect URIs exactly'), detail: uris },
    ...(await look('listener', async () => {
      const loopback = await listen({ host, ports, path }, { platform })
      await loopback.finish('failed')
      return ok('listener', `${loopback.redirectUri} can be opened`)
    })),
  ]
}

/** Checks whether a browser can be opened. */
export async function checkSurroundings(ports: Ports): Promise<Checkup[]> {
  return [
    ...(await look('browser', async () => {
      const elsewhere = await findDisplay(ports.env, await ports.files())
      return elsewhere
        ? ok('browser', `${REASONS[elsewhere.why]} ls-auth login says how to bring the answer here.`)
        : ok('browser', 'opened by ls-auth login')
    })),
  ]
}
