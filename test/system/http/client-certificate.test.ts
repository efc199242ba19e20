import { generateKeyPairSync } from 'node:crypto'
import { chmod, copyFile, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { processEnv } from '../../../src/system/env.ts'
import { openHttp } from '../../../src/system/http/http.ts'
import { openUpstream } from '../../../src/system/http/upstream.ts'
import { toldBy } from '../../told.ts'
import { IS_POSIX } from '../../world/posix.ts'
import { makeTls } from '../../world/tls.ts'

const env = { ...processEnv(), variables: {} }
let directory: string
const at = (name: string) => join(directory, name)
const settings = (clientCert: string | undefined, clientKey: string | undefined) => ({
  proxy: undefined,
  caFile: undefined,
  clientCert: clientCert && at(clientCert),
  clientKey: clientKey && at(clientKey),
  timeoutMilliseconds: undefined,
})

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ls-auth-client-certificate-'))
  const [mine, other] = [await makeTls(), await makeTls()]
  const encrypted = (type: 'pkcs8' | 'sec1') =>
    generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type, format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' },
    }).privateKey
  const files = {
    'mine.crt': mine.cert,
    'mine.key': mine.key,
    'broken-chain.crt': `${mine.cert}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
    'other.key': other.key,
    'encrypted.key': encrypted('pkcs8'),
    'old-encrypted.key': encrypted('sec1'),
  }
  for (const [name, text] of Object.entries(files)) {
    await writeFile(at(name), text)
    await chmod(at(name), 0o600)
  }
})
afterEach(() => rm(at('link.key'), { force: true }))
afterAll(() => rm(directory, { recursive: true }))

describe.each([
  ['the sign-in and the API', openHttp],
  ['what the proxy passes on', openUpstream],
])('a client certificate for %s', (_, open) => {
  it('and its key are used', async () => {
    await expect(open(settings('mine.crt', 'mine.key'), env)).resolves.toBeDefined()
  })

  it.skipIf(!IS_POSIX)('that others can read the key of is refused', async () => {
    const path = at('shared.key')
    await copyFile(at('mine.key'), path)
    for (const mode of [0o644, 0o640, 0o604, 0o660]) {
      await chmod(path, mode)
      expect(await toldBy(() => open(settings('mine.crt', 'shared.key'), env))).toEqual([
        `settings: client_key: ${path}: it can be read by others`,
        `Run: chmod 600 ${path}`,
      ])
    }
    // A key of the machine is another user's, who says who may read it.
    await expect(open(settings('mine.crt', 'shared.key'), { ...env, uid: 4711 })).resolves.toBeDefined()
    await chmod(path, 0o400)
    await chmod(at('mine.crt'), 0o644)
    await expect(open(settings('mine.crt', 'shared.key'), env)).resolves.toBeDefined()
    await symlink(path, at('link.key'))
    await expect(open(settings('mine.crt', 'link.key'), env)).resolves.toBeDefined()
  })

  const PAIR = 'Set client_cert and client_key to a certificate and its own key.'
  const PLAIN =
    'ls-auth does not ask for passphrases. Set client_key to a key without one (openssl pkey -in OLD -out NEW).'
  it.each([
    ['mine.crt', 'other.key', 'client_key: AT/other.key: not the key of AT/mine.crt', PAIR],
    ['mine.crt', 'encrypted.key', 'client_key: AT/encrypted.key: it is encrypted', PLAIN],
    ['mine.crt', 'old-encrypted.key', 'client_key: AT/old-encrypted.key: it is encrypted', PLAIN],
    [
      'broken-chain.crt',
      'mine.key',
      'client_cert and client_key cannot be used: AT/broken-chain.crt and AT/mine.key',
      PAIR,
    ],
    [
      'mine.crt',
      undefined,
      'client_cert is set without client_key',
      'Set client_key too. The two belong together.',
    ],
    [
      undefined,
      'mine.key',
      'client_key is set without client_cert',
      'Set client_cert too. The two belong together.',
    ],
  ])('is judged before anything is sent: %s with %s', async (cert, key, message, hint) => {
    expect(await toldBy(() => open(settings(cert, key), env))).toEqual([
      `settings: ${message.replaceAll('AT', directory)}`,
      hint,
    ])
  })
})
