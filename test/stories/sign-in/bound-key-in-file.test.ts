import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { expectNoSecret, mint } from '../../world/canaries.ts'
import { openStage, type Stage } from '../../world/stage.ts'
import type { Outcome } from '../../world/world.ts'
import { searchWritten } from '../../world/written-files.ts'
import { keyAtRest, type Opening } from './key-at-rest.ts'

// The private key that tokens are bound to (DPoP), where no keychain keeps the session: CI, containers, servers.

const PASSPHRASE = 'correct horse battery'
let stage: Stage
afterEach(() => stage.close())

/** A command that does what it should, with the passphrase typed as often as it is asked for. */
async function type(line: string, { passphrase }: Opening): Promise<Outcome> {
  const { world } = stage
  world.stdin = passphrase === undefined ? [] : Array(2).fill(passphrase)
  const outcome = await world.type(line)
  expect(outcome.exit, `${line}: ${outcome.stderr}`).toBe(0)
  world.stdin = []
  return outcome
}

describe.each<[string, (home: string) => Opening]>([
  ['a key file', (home) => ({ storeKeyFile: join(home, 'keys', 'ls-auth.key') })],
  ['a passphrase', () => ({ passphrase: PASSPHRASE })],
])('store = file, sealed by %s', (_, openingIn) => {
  it('the key is nowhere in clear: in no file, no output and no keychain', async () => {
    stage = await openStage({ gateway: { proofs: {} } })
    const { world } = stage
    const opening = openingIn(world.home)
    const flag = opening.storeKeyFile === undefined ? '' : `--store-key-file ${opening.storeKeyFile}`
    const outcomes = [await type(stage.login(`--dpop true --store file ${flag}`), opening)]
    const { dataKey, proofKey } = await keyAtRest(world, opening)
    // From here on each command is searched for both, and each file that it writes.
    for (const secret of [proofKey.d, dataKey.toString('base64url'), dataKey.toString('hex')]) mint(secret)

    for (const line of [
      `ls-auth trace get ${stage.spanId} --debug`,
      'ls-auth whoami --json',
      'ls-auth status --json',
      'ls-auth profile show',
      'ls-auth doctor --debug',
    ])
      outcomes.push(await type(line, opening))
    world.clockOffset += 2 * 3_600_000
    outcomes.push(await type(`ls-auth trace get ${stage.spanId} --debug`, opening))
    // A renewal keeps the key, so that it was searched for.
    expect((await keyAtRest(world, opening)).proofKey).toEqual(proofKey)

    for (const { stdout, stderr } of outcomes) expectNoSecret('what a command said', stdout + stderr)
    searchWritten(world.home, new Map())
    expect(world.keychain.calls).toEqual([])
  })
})
