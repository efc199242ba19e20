import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mint } from '../../world/canaries.ts'
import { type CiPlatform, SUBJECT, startCiPlatform } from '../../world/ci-platform.ts'
import { JWT_BEARER, TOKEN_EXCHANGE } from '../../world/provider/workloads.ts'
import { type Provider, type ProviderOptions, startProvider } from '../../world/provider.ts'
import { type Outcome, openWorld, type World } from '../../world/world.ts'

export const SECRET = 'the-secret-of-the-job'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** A CI platform, a provider that trusts it, and a job's machine. */
export interface Place {
  readonly platform: CiPlatform
  readonly provider: Provider
  readonly world: World
  /** Writes `[profiles.ci]` and its workload. */
  profile(workload: string, profile?: string): Promise<void>
  file(name: string, text: string, mode?: number): Promise<string>
  readonly pem: string
  readonly jwk: string
  type(line: string): Promise<Outcome>
  close(): Promise<void>
}

export async function openPlace(options: ProviderOptions = {}): Promise<Place> {
  const platform = await startCiPlatform()
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
  for (const line of pem.split('\n')) mint(line)
  mint(privateKey.export({ format: 'jwk' }).d ?? '')
  const { issuer, jwksUri } = platform
  const ours = { redirect_uris: [], response_types: [], scope: 'traces:read traces:write' }
  const clients = [
    {
      ...ours,
      client_id: 'job-public',
      token_endpoint_auth_method: 'none',
      grant_types: [TOKEN_EXCHANGE, JWT_BEARER],
    },
    {
      ...ours,
      client_id: 'job-key',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      grant_types: ['client_credentials', TOKEN_EXCHANGE],
      jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'job-1', alg: 'ES256', use: 'sig' }] },
    },
    ...(['client_secret_basic', 'client_secret_post'] as const).map((method) => ({
      ...ours,
      client_id: `job-${method}`,
      client_secret: SECRET,
      token_endpoint_auth_method: method,
      grant_types: ['client_credentials'],
    })),
  ]
  const trust = { issuer, jwksUri, audience: 'https://proofs.example', subject: SUBJECT }
  const provider = await startProvider({ ...options, workloads: { clients, trust } })
  const secrets = () => [...provider.secrets, ...platform.secrets, SECRET]
  const world = await openWorld({ secrets })
  Object.assign(world.variables, platform.variables)
  return {
    platform,
    provider,
    world,
    profile: (workload, profile = `issuer = "${provider.issuer}"`) =>
      world.writeConfig(`[profiles.ci]\n${profile}\n\n[profiles.ci.workload]\n${workload}\n`),
    async file(name, text, mode = 0o600) {
      const path = join(world.home, name)
      await writeFile(path, text, { mode })
      return path
    },
    pem,
    jwk: JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'job-1' }),
    type: (line) => world.type(line),
    close: () => Promise.all([platform.close(), provider.close(), world.close()]).then(() => {}),
  }
}

export const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
