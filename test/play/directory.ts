import { randomBytes } from 'node:crypto'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { PlayWorld } from './world.ts'

/** Everything that commands write while somebody plays: settings, session, and a `PATH` with the built program. */
export interface PlayDirectory {
  /** What to type in a shell so that it plays. */
  readonly enter: string
  remove(): Promise<void>
}

/** Makes it anew below the working directory; what a killed run left is removed. */
export async function makePlayDirectory(world: PlayWorld, name = '.play'): Promise<PlayDirectory> {
  const place = resolve(name)
  await rm(place, { recursive: true, force: true })
  await mkdir(join(place, 'config', 'ls-auth'), { recursive: true, mode: 0o700 })
  await mkdir(join(place, 'bin'))
  const keyFile = join(place, 'key')
  await writeFile(keyFile, randomBytes(32).toString('hex'), { mode: 0o600 })
  await writeFile(join(place, 'config', 'ls-auth', 'config.toml'), settings(world, keyFile), {
    mode: 0o600,
  })
  await symlink(resolve('bin/ls-auth.js'), join(place, 'bin', 'ls-auth'))
  await writeFile(join(place, 'env'), environment(place, name))
  return { enter: `. ${name}/env`, remove: () => rm(place, { recursive: true, force: true }) }
}

const settings = (
  { issuer, clientId, gateway, lightstep, jaeger }: PlayWorld,
  keyFile: string,
) => `default_profile = "work"

[profiles.work]
issuer = "${issuer}"
client_id = "${clientId}"
scopes = ["openid", "profile", "email", "groups", "offline_access", "traces:read"]
backend = "tempo"
api = "${gateway}"
store = "file"
store_key_file = "${keyFile}"

[profiles.lightstep]
issuer = "${issuer}"
client_id = "${clientId}"
scopes = ["openid", "profile", "email", "groups", "offline_access", "traces:read"]
backend = "lightstep"
api = "${lightstep}"
organization = "acme"
project = "prod"
store = "file"
store_key_file = "${keyFile}"

[profiles.jaeger]
backend = "jaeger"
api = "${jaeger}"
authorization = "none"
`

/** Variables of the person's own that would change what is played with are taken away. */
const environment = (place: string, name: string) => `# Read this into a shell: . ${name}/env
for name in $(env | sed -n 's/^\\(LS_AUTH_[A-Z_]*\\)=.*/\\1/p'); do unset "$name"; done
export XDG_CONFIG_HOME='${join(place, 'config')}' XDG_STATE_HOME='${join(place, 'state')}'
export PATH='${join(place, 'bin')}':"$PATH"
`
