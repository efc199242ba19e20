import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Ports } from '../../../src/ports/ports.ts'
import { readAssertionKey } from '../../../src/session/protocol/assertion-key.ts'
import { processEnv } from '../../../src/system/env.ts'
import { realFiles } from '../../../src/system/files/files.ts'
import { toldBy } from '../../told.ts'

let place: string
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'assertion-key-'))
})
afterAll(() => rm(place, { recursive: true }))

const ports = { env: processEnv(), files: async () => realFiles } as unknown as Ports
const read = async (text: string) => {
  const path = join(place, 'key')
  await writeFile(path, text, { mode: 0o600 })
  return readAssertionKey(path, ports)
}
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
const jwk = (key: KeyObject, over: object) => JSON.stringify({ ...key.export({ format: 'jwk' }), ...over })
const rsa = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits }).privateKey
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey
const KEYS = {
  rsa: rsa(2048),
  p256: ec('P-256'),
  p384: ec('P-384'),
  p521: ec('P-521'),
  ed25519: generateKeyPairSync('ed25519').privateKey,
}
/** The algorithms that a key takes, of those that are tried. */
async function signsWith(key: Awaited<ReturnType<typeof readAssertionKey>>['key']): Promise<string[]> {
  const good: string[] = []
  for (const alg of ['RS256', 'PS256', 'RS512', 'ES256', 'ES384', 'ES512', 'Ed25519'])
    await new SignJWT({})
      .setProtectedHeader({ alg })
      .sign(key)
      .then(
        () => good.push(alg),
        () => {},
      )
  return good
}

it.each([
  ['rsa', 'RS256'],
  ['p256', 'ES256'],
  ['p384', 'ES384'],
  ['p521', 'ES512'],
  ['ed25519', 'Ed25519'],
] as const)('a key that names no algorithm: %s signs by %s', async (name, alg) => {
  const fromPem = await read(pem(KEYS[name]))
  expect(await signsWith(fromPem.key)).toEqual([alg])
  expect(fromPem.kid).toBeUndefined()
  const fromJwk = await read(jwk(KEYS[name], { kid: 'k1' }))
  expect(await signsWith(fromJwk.key)).toEqual([alg])
  expect(fromJwk.kid).toBe('k1')
})

it('a JWK may name another algorithm, and a kid that is no text counts as none', async () => {
  const { key, kid } = await read(jwk(KEYS.rsa, { alg: 'PS256', kid: 7 }))
  expect([await signsWith(key), kid]).toEqual([['PS256'], undefined])
  expect(await signsWith((await read(jwk(KEYS.rsa, { alg: 7 }))).key)).toEqual(['RS256'])
})

const NO_KEY = [
  'It must be an RSA, EC (P-256, P-384, P-521) or Ed25519 key, in PEM without a passphrase, or as a JWK.',
]

it.each<[string, () => string | Promise<string>]>([
  [
    'a public key',
    () =>
      jwk(KEYS.rsa, {
        d: undefined,
        p: undefined,
        q: undefined,
        dp: undefined,
        dq: undefined,
        qi: undefined,
      }),
  ],
  [
    'a public key in PEM',
    () => createPublicKey(KEYS.p256).export({ type: 'spki', format: 'pem' }).toString(),
  ],
  ['another text', () => 'hello'],
  ['JSON that is no key', () => '{"kty":"oct","k":"AAAA"}'],
  [
    'a key with a passphrase',
    () =>
      KEYS.rsa.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
  ],
  ['a key of another curve', () => pem(ec('secp256k1'))],
  ['a key for key agreement', () => pem(generateKeyPairSync('x25519').privateKey)],
])('%s is none', async (_, text) => {
  const said = await toldBy(async () => read(await text()))
  expect(said).toEqual([
    `settings: the assertion key ${join(place, 'key')} holds no usable private key`,
    ...NO_KEY,
  ])
})

it('a file that others can read is not used', async () => {
  const path = join(place, 'open')
  await writeFile(path, pem(KEYS.p256), { mode: 0o644 })
  expect((await toldBy(() => readAssertionKey(path, ports)))[0]).toMatch(
    /^settings: the assertion key .* can be read by others$/,
  )
})
