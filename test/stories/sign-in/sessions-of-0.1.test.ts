import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Provider, startProvider } from '../../world/provider.ts'
import { openWorld, type World } from '../../world/world.ts'

/** Sessions as version 0.1 wrote them, byte for byte, built here by hand: an update must sign nobody out. */

const ACCOUNT = 'default'
const SID = 'c2Vzc2lvbi1vZi0w'

let provider: Provider
let world: World
let session: string
let refresh: string
let account: string
const key = randomBytes(32)
const wrapping = randomBytes(32)

beforeAll(async () => {
  provider = await startProvider({ accessTokenSeconds: 600 })
})
afterAll(() => provider.close())
beforeEach(async () => {
  world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
  const login = `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0`
  expect((await world.type(login)).exit).toBe(0)
  const [item] = [...world.keychain.items.values()]
  refresh = Buffer.from(item?.split('.')[2] as string, 'base64url').toString()
  // The sign-in above was for a living refresh token only.
  await rm(join(world.stateDirectory, 'sessions'), { recursive: true })
  world.keychain.items.clear()
  const identity = JSON.stringify([provider.issuer, provider.clientId, ACCOUNT])
  const name = createHash('sha256').update(identity).digest('hex').slice(0, 24)
  session = join(world.stateDirectory, 'sessions', name, 'session')
  account = `${name}|${SID}`
})
afterEach(() => world.close())

/** AES-256-GCM: 12 bytes of IV, 16 of tag, the ciphertext. */
function seal(text: string | Buffer, under: Buffer, additional: string): Buffer {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', under, iv).setAAD(Buffer.from(additional))
  const sealed = Buffer.concat([cipher.update(text), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed])
}

function unseal(bytes: Buffer, under: Buffer, additional: string): string {
  const decipher = createDecipheriv('aes-256-gcm', under, bytes.subarray(0, 12))
    .setAAD(Buffer.from(additional))
    .setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString()
}

const header = (more: object) =>
  JSON.stringify({
    schema: 1,
    sid: SID,
    issuer: provider.issuer,
    clientId: provider.clientId,
    account: ACCOUNT,
    apis: { default: 'https://api.lightstep.com' },
    ...more,
  })

async function install(head: string, inBody: object = {}): Promise<void> {
  const now = Date.now()
  const slot = { audience: '', scopes: '', receivedAt: now, expiresIn: 600 }
  const body = JSON.stringify({
    tokens: [{ use: 'access', ...slot, token: 'token-of-0.1' }],
    skewSeconds: 0,
    signedInAt: now,
    ...inBody,
  })
  await mkdir(dirname(session), { recursive: true, mode: 0o700 })
  await writeFile(session, Buffer.concat([Buffer.from(`${head}\n`), seal(body, key, head)]), { mode: 0o600 })
}

/** As 0.1 would read it: whoever goes back to it stays signed in too. */
async function readBack(): Promise<{ tokens: { use: string; token: string }[] }> {
  const bytes = await readFile(session)
  const end = bytes.indexOf(0x0a)
  return JSON.parse(unseal(bytes.subarray(end + 1), key, bytes.subarray(0, end).toString()))
}

async function expectToWork(): Promise<void> {
  const kept = await world.type('ls-auth token')
  expect(kept, kept.stderr).toMatchObject({ exit: 0, stdout: 'token-of-0.1\n' })
  world.clockOffset = 11 * 60_000
  const renewed = await world.type('ls-auth token')
  expect(renewed.exit).toBe(0)
  expect(renewed.stdout).not.toBe('token-of-0.1\n')
  const access = (await readBack()).tokens.find(({ use }) => use === 'access')
  expect(`${access?.token}\n`).toBe(renewed.stdout)
  expect((await world.type('ls-auth logout')).exit).toBe(0)
  expect(await readdir(dirname(session))).not.toContain('session')
}

describe('a session that version 0.1 has written', () => {
  it('in the keychain: opens, renews and signs out', async () => {
    const encoded = `${key.toString('base64url')}.${Buffer.from(refresh).toString('base64url')}`
    world.keychain.items.set(account, `1.${encoded}`)
    await install(header({ store: 'keychain' }))
    await expectToWork()
    expect(world.keychain.items.size).toBe(0)
  })

  it('with a key file: opens, renews and signs out', async () => {
    const keyFile = join(world.home, 'old.key')
    await writeFile(keyFile, `${wrapping.toString('hex')}\n`, { mode: 0o600 })
    const wrappedKey = seal(key, wrapping, account).toString('base64url')
    await install(header({ store: 'file', wrappedKey }), { refresh })
    Object.assign(world.variables, { LS_AUTH_STORE: 'file', LS_AUTH_STORE_KEY_FILE: keyFile })
    await expectToWork()
  })
})
