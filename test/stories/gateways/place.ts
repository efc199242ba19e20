import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Provider, startProvider } from '../../world/provider.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const GUIDE = new URL('../../../docs/gateway/others.md', import.meta.url)

/** The trace behind every gateway. */
export const trace = makeTrace({ seed: 7 })

/** A profile of docs/gateway/others.md as it stands there, with these values in place of the example's. */
export function profileInGuide(name: string, values: Readonly<Record<string, string>> = {}): string {
  const text = readFileSync(GUIDE, 'utf8')
  const profile = [...text.matchAll(/^```toml\n([\s\S]*?)^```/gm)]
    .map(([, toml = '']) => toml)
    .find((toml) => toml.startsWith(`[profiles.${name}]`))
  if (profile === undefined) throw new Error(`docs/gateway/others.md has no profile ${name}`)
  return profile.replace(/^(\w+)( *= )".*"$/gm, (line, key, equals) =>
    values[key] === undefined ? line : `${key}${equals}"${values[key]}"`,
  )
}

/** A provider and a person who imports the profile of the guide and signs in. */
export interface Scene {
  readonly provider: Provider
  readonly world: World
  /** Imports the profile for an API, and signs in. */
  signIn(api: string): Promise<void>
  close(): Promise<void>
}

export async function openScene(name: string, columns?: number): Promise<Scene> {
  const provider = await startProvider()
  const world = await openWorld({
    visitor: { user: 'alice' },
    secrets: () => provider.secrets,
    ...(columns !== undefined && { columns }),
  })
  const done = async (line: string) => {
    const { exit, stderr } = await world.type(line)
    if (exit !== 0) throw new Error(`${line}: ${exit}\n${stderr}`)
  }
  return {
    provider,
    world,
    async signIn(api) {
      const file = join(world.home, 'profile.toml')
      const { issuer, clientId } = provider
      await writeFile(file, profileInGuide(name, { issuer, client_id: clientId, api }))
      await done(`ls-auth profile add ${name} --from ${file} --yes`)
      await done(`ls-auth login --port 0 --profile ${name}`)
    },
    close: async () => void (await Promise.all([provider.close(), world.close()])),
  }
}
