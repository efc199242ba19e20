import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProofKey } from '../../../src/dpop/proof-key.ts'
import { openFile, readHeader } from '../../../src/session/store/session-file.ts'
import { openVault } from '../../../src/session/store/vaults.ts'
import { program } from '../../world/program.ts'
import type { World } from '../../world/world.ts'

/** What opens the one session of a world, and the private key of its tokens that is in it. */
export interface KeyAtRest {
  readonly dataKey: Buffer
  readonly proofKey: ProofKey
}

/** How a sealed session file is opened; nothing: by its keychain item. */
export interface Opening {
  readonly storeKeyFile?: string
  readonly passphrase?: string
}

/** Opens the session file as whoever has the key of its store can. */
export async function keyAtRest(
  { stateDirectory, home, variables, keychain }: World,
  { storeKeyFile, passphrase }: Opening = {},
): Promise<KeyAtRest> {
  const root = join(stateDirectory, 'sessions')
  const [name = ''] = await readdir(root)
  const path = join(root, name, 'session')
  const bytes = await readFile(path)
  const header = readHeader(bytes, path)
  const real = program.realPorts({
    variables,
    platform: process.platform,
    homeDirectory: home,
    workingDirectory: () => home,
    systemConfigFile: join(home, 'etc', 'config.toml'),
    pid: process.pid,
    uid: process.getuid?.(),
    version: '0.0.0-test',
  })
  const terminal = { ...real.terminal, readSecret: async () => passphrase }
  const ports = { ...real, terminal, keychain: async () => keychain }
  const vault = openVault({ store: header.store, storeKeyFile }, header.store, ports)
  const { key } = await vault.recall(`${name}|${header.sid}`, header)
  const proofKey = openFile(bytes, key)?.proofKey
  if (proofKey === undefined) throw new Error('the session has no key of its own')
  return { dataKey: key, proofKey }
}
