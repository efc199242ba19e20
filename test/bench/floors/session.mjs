// What any program has to do that keeps a token the way ls-auth does: read the settings and the session file, fetch
// the key from the keychain, open the file. CommonJS loading and nothing else: the least that Node can be asked for.
import { createRequire } from 'node:module'
import { parse } from '@decimalturn/toml-patch'

export const require = createRequire(import.meta.url)
export const fs = require('node:fs')
const crypto = require('node:crypto')
const { FLOOR_CONFIG, FLOOR_SESSION, FLOOR_ACCOUNT } = process.env

export const settings = parse(fs.readFileSync(FLOOR_CONFIG, 'utf8')).profiles.default

/** The opened session file, and the refresh token that came with the sign-in. */
export async function openSession() {
  const bytes = fs.readFileSync(FLOOR_SESSION)
  const end = bytes.indexOf(10)
  const { sid } = JSON.parse(bytes.subarray(0, end))
  const item = await require('keytar').getPassword('ls-auth', `${FLOOR_ACCOUNT}|${sid}`)
  const [, key, refresh] = item.split('.')
  const sealed = bytes.subarray(end + 1)
  const decipher = crypto
    .createDecipheriv('aes-256-gcm', Buffer.from(key, 'base64url'), sealed.subarray(0, 12))
    .setAAD(bytes.subarray(0, end))
    .setAuthTag(sealed.subarray(12, 28))
  const body = JSON.parse(Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]))
  return { body, bytes, refresh: body.refresh ?? Buffer.from(refresh, 'base64url').toString() }
}
