import { createDecipheriv, scryptSync } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Client } from '../../../src/client.ts'
import type { SessionHeader } from '../../../src/session/store/session-file.ts'
import { openVault, type Secret, type Vault, wrapKey } from '../../../src/session/store/vaults.ts'
import { toldBy } from '../../told.ts'
import { openShelf, type Shelf } from './shelf.ts'

const SECRET: Secret = { key: Buffer.alloc(32, 7), refresh: 'the-refresh-token' }
const KEY_FILE = '/home/ada/keys/ls-auth.key'

let shelf: Shelf
beforeEach(() => {
  shelf = openShelf()
})
const vaultOf = (over: Partial<Client>, store: SessionHeader['store'] = 'file') =>
  openVault({ ...shelf.client, ...over }, store, shelf.ports)
/** A header as the session file holds it after `keep`. */
const keep = async (vault: Vault, account = 'NAME|sid'): Promise<SessionHeader> =>
  ({ store: 'file', ...(await vault.keep(account, SECRET)).header }) as SessionHeader

describe('the keychain', () => {
  const LOST =
    'The keychain may be locked, or the item was removed. Unlock it, or sign in again: ls-auth login'
  const vault = () => vaultOf({}, 'keychain')
  const recall = (text: string | undefined) => {
    if (text !== undefined) shelf.items.set('NAME|sid', text)
    return vault().recall('NAME|sid', {} as SessionHeader)
  }

  it('keeps key and refresh token in one item of three parts, and gives both back', async () => {
    expect(await vault().keep('NAME|sid', SECRET)).toEqual({ header: {}, keptRefresh: true })
    expect(shelf.items.get('NAME|sid')).toBe(
      `1.${SECRET.key.toString('base64url')}.${Buffer.from('the-refresh-token').toString('base64url')}`,
    )
    expect(await vault().recall('NAME|sid', {} as SessionHeader)).toEqual(SECRET)
  })

  it('keeps a session without a refresh token', async () => {
    const without = { key: SECRET.key, refresh: undefined }
    expect(await vault().keep('NAME|sid', without)).toEqual({ header: {}, keptRefresh: false })
    expect(await vault().recall('NAME|sid', {} as SessionHeader)).toEqual(without)
  })

  it.each([
    ['win32', 1885, true],
    ['win32', 1886, false],
    ['linux', 5000, true],
  ])(
    '%s, a refresh token of %i bytes: kept %s, for Windows takes 2560 bytes',
    async (platform, length, kept) => {
      Object.assign(shelf.ports.env, { platform })
      const secret = { key: SECRET.key, refresh: 'x'.repeat(length) }
      expect((await vault().keep('NAME|sid', secret)).keptRefresh).toBe(kept)
      expect((await vault().recall('NAME|sid', {} as SessionHeader)).refresh).toBe(
        kept ? secret.refresh : undefined,
      )
    },
  )

  it('that takes an item and does not give it back is found out', async () => {
    shelf.faults.set('get NAME|sid', () => shelf.items.clear())
    expect(await toldBy(() => vault().keep('NAME|sid', SECRET))).toEqual([
      'keychain-lost: the keychain stored the session but did not return it',
      LOST,
    ])
    shelf.faults.set('get probe|NAME', () => shelf.items.clear())
    expect(await toldBy(() => vault().probe('probe|NAME'))).toEqual([
      'keychain-lost: the keychain stored an item but did not return it',
      LOST,
    ])
  })

  it('is proved by an item that comes and goes', async () => {
    await vault().probe('probe|NAME')
    expect(shelf.log).toEqual(['set probe|NAME', 'get probe|NAME', 'remove probe|NAME'])
    expect(shelf.items.size).toBe(0)
  })

  it.each([undefined, '', '2.AAAA.', '1', '1.'])('that holds %j for a sign-in has lost it', async (text) => {
    const missing = text === undefined
    expect(await toldBy(() => recall(text))).toEqual([
      `keychain-lost: ${missing ? 'your sign-in is stored, but the keychain did not return it' : 'the keychain item of your sign-in is damaged'}`,
      LOST,
    ])
  })

  it('lets an item go, and is asked again where it says that there was none', async () => {
    shelf.items.set('NAME|sid', 'x')
    await vault().discard('NAME|sid')
    expect(shelf.log).toEqual(['remove NAME|sid'])
    await vault().discard('NAME|sid')
    expect(shelf.log.slice(1)).toEqual([
      'remove NAME|sid',
      'set probe|NAME',
      'get probe|NAME',
      'remove probe|NAME',
    ])
  })
})

describe('a key file', () => {
  const vault = () => vaultOf({ storeKeyFile: KEY_FILE })

  it('is made once, by signing in, and opens what it has closed', async () => {
    await vault().probe('probe|NAME')
    const made = shelf.disk.get(KEY_FILE)?.toString() ?? ''
    expect(made).toMatch(/^[0-9a-f]{64}\n$/)
    expect(shelf.log.slice(-3)).toEqual(['mkdir keys', 'create ls-auth.key', 'sync keys'])
    const header = await keep(vault())
    expect(header).not.toHaveProperty('scrypt')
    expect(shelf.disk.get(KEY_FILE)?.toString()).toBe(made)
    expect(await vault().recall('NAME|sid', header)).toEqual({ key: SECRET.key, refresh: undefined })
    expect((await vault().keep('NAME|sid', SECRET)).keptRefresh).toBe(false)
    await vault().discard('NAME|sid')
  })

  it.each([
    ['too short', '0'.repeat(63)],
    ['too long', '0'.repeat(65)],
    ['no hex', `g${'0'.repeat(63)}`],
    ['text before it', ` ${'0'.repeat(64)}`],
    ['text behind it', `${'0'.repeat(64)} x`],
    ['empty', ''],
  ])('is none: %s', async (_, text) => {
    await vault().probe('')
    shelf.disk.set(KEY_FILE, Buffer.from(text))
    expect(await toldBy(() => vault().probe(''))).toEqual([
      `store-key: the key file ${KEY_FILE} does not hold 64 hex characters`,
      'It was not changed. Use the file that ls-auth made.',
    ])
  })

  it('is bound to the account: a wrapped key moved to another session does not open', async () => {
    const header = await keep(vault(), 'NAME|one')
    expect(await toldBy(() => vault().recall('NAME|two', header))).toEqual([
      `store-key: the key file ${KEY_FILE} does not open this session`,
      'Point store_key_file at the key file this session was stored with, or sign in again: ls-auth login',
    ])
  })

  it('says what is wrong with a session that it cannot open', async () => {
    const header = await keep(vault())
    expect((await toldBy(() => vault().recall('NAME|sid', {} as SessionHeader)))[0]).toContain(
      'does not open',
    )
    shelf.disk.delete(KEY_FILE)
    shelf.facts.delete(KEY_FILE)
    expect((await toldBy(() => vault().recall('NAME|sid', header)))[0]).toBe(
      `store-key: the key file ${KEY_FILE} does not exist`,
    )
    const scrypt = { salt: '', N: 2, r: 1, p: 1 }
    expect((await toldBy(() => vault().recall('NAME|sid', { ...header, scrypt })))[0]).toBe(
      'store-key: a passphrase protects this session, not a key file',
    )
  })

  it('that others can read is refused, with the command that mends it', async () => {
    await vault().probe('')
    shelf.facts.set(KEY_FILE, { kind: 'file', mode: 0o644, uid: 1000, size: 65 })
    expect(await toldBy(() => vault().probe(''))).toEqual([
      `store-key: the key file ${KEY_FILE} can be read by others`,
      `It was not changed. Run: chmod 600 ${KEY_FILE}`,
    ])
  })

  it.each([
    ['inspect ls-auth.key', 'EIO', `cannot read the key file ${KEY_FILE} (EIO)`],
    ['inspect ls-auth.key', '', `cannot read the key file ${KEY_FILE} (error)`],
    ['mkdir keys', 'EACCES', `cannot write the key file ${KEY_FILE} (EACCES)`],
    ['create ls-auth.key', 'ENOSPC', `cannot write the key file ${KEY_FILE} (ENOSPC)`],
    ['sync keys', '', `cannot write the key file ${KEY_FILE} (error)`],
  ])('on a disk that fails at %s (%s)', async (call, code, words) => {
    shelf.faults.set(call, code)
    await expect(vault().probe('')).rejects.toMatchObject({
      code: 'storage',
      message: words,
      cause: { message: code },
    })
  })

  it.each([
    ['whose directory is a plain file', 'mkdir keys'],
    ['that another sign-in has made, and that is gone again', 'create ls-auth.key'],
  ])('%s: the key is kept nowhere, so it is not used', async (_, call) => {
    shelf.faults.set(call, 'EEXIST')
    for (const attempt of [() => vault().probe(''), () => keep(vault())])
      await expect(attempt()).rejects.toMatchObject({
        code: 'storage',
        message: `cannot write the key file ${KEY_FILE} (EEXIST)`,
      })
  })

  it('that cannot be read tells what to look at', async () => {
    await vault().probe('')
    shelf.faults.set('read ls-auth.key', 'EACCES')
    expect(await toldBy(() => vault().probe(''))).toEqual([
      `storage: cannot read the key file ${KEY_FILE} (EACCES)`,
      'Check the disk and the permissions of this file, then try again.',
    ])
  })
})

describe('a passphrase', () => {
  const NOBODY = [
    'store-key: cannot ask for the passphrase of this session: stdin is not a terminal',
    'Run it in a terminal, or use a key file: ls-auth login --store file --store-key-file PATH',
  ]
  const vault = () => vaultOf({})

  it('is typed twice at sign-in and once later, and wraps the key by scrypt', async () => {
    shelf.typed.push('correct horse', 'correct horse', 'correct horse')
    const signIn = vault()
    await signIn.probe('')
    const { header, keptRefresh } = await signIn.keep('NAME|sid', SECRET)
    expect(keptRefresh).toBe(false)
    expect(header.scrypt).toMatchObject({ N: 131_072, r: 8, p: 1 })
    const salt = Buffer.from(header.scrypt?.salt ?? '', 'base64url')
    expect(salt).toHaveLength(16)
    const later = vault()
    for (let turn = 0; turn < 2; turn++)
      expect(await later.recall('NAME|sid', { ...header } as SessionHeader)).toEqual({
        key: SECRET.key,
        refresh: undefined,
      })
    expect(shelf.prompts).toEqual([
      'Choose a passphrase for this session: ',
      'Once more: ',
      'Passphrase of this session: ',
    ])
    // By hand: the same key that another program would derive.
    const derived = scryptSync('correct horse', salt, 32, { N: 131_072, r: 8, p: 1, maxmem: 2 ** 28 })
    const box = Buffer.from(header.wrappedKey ?? '', 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', derived, box.subarray(0, 12)).setAAD(
      Buffer.from('NAME|sid'),
    )
    decipher.setAuthTag(box.subarray(12, 28))
    expect(Buffer.concat([decipher.update(box.subarray(28)), decipher.final()])).toEqual(SECRET.key)
    await later.discard('NAME|sid')
  })

  it('is typed once while a command runs, for each sign-in; a wrong one is not remembered', async () => {
    const scrypt = { salt: 'c2FsdA', N: 1024, r: 8, p: 1 }
    const headerFor = (account: string, passphrase: string) => {
      const derived = scryptSync(passphrase, Buffer.from('salt'), 32, scrypt)
      return { wrappedKey: wrapKey(SECRET.key, derived, account), scrypt } as SessionHeader
    }
    const [one, two] = [headerFor('NAME|one', 'correct horse'), headerFor('NAME|two', 'battery staple')]
    const run = { ...shelf.ports, openedKeys: new Map<string, Buffer>() }
    const recall = (account: string, header: SessionHeader) =>
      openVault(shelf.client, 'file', run).recall(account, header)
    shelf.typed.push('wrong one', 'correct horse', 'battery staple', undefined, undefined)
    expect((await toldBy(() => recall('NAME|one', one)))[0]).toContain('does not open')
    const opened = { key: SECRET.key, refresh: undefined }
    for (const [account, header] of [
      ['NAME|one', one],
      ['NAME|one', one],
      ['NAME|two', two],
      ['NAME|one', one],
      ['NAME|two', two],
    ] as const)
      expect(await recall(account, header)).toEqual(opened)
    expect(shelf.prompts).toHaveLength(3)
    // The key of one in the place of the other, and a new sign-in in its place.
    expect(await toldBy(() => recall('NAME|two', one))).toEqual(NOBODY)
    expect(await toldBy(() => recall('NAME|one', headerFor('NAME|one', 'a third one')))).toEqual(NOBODY)
  })

  it('that was chosen at sign-in is not asked for again while the command runs', async () => {
    shelf.typed.push('correct horse', 'correct horse')
    const run = { ...shelf.ports, openedKeys: new Map<string, Buffer>() }
    const { header } = await openVault(shelf.client, 'file', run).keep('NAME|sid', SECRET)
    const again = openVault(shelf.client, 'file', run).recall('NAME|sid', header as SessionHeader)
    expect((await again).key).toEqual(SECRET.key)
    expect(shelf.prompts).toHaveLength(2)
  })

  it.each([
    [
      'too short',
      ['seven77'],
      ['usage: the passphrase is shorter than 8 characters', 'Choose a longer one: ls-auth login'],
    ],
    [
      'typed differently',
      ['eight888', 'eight889'],
      ['usage: the two passphrases differ', 'Run ls-auth login again.'],
    ],
    ['not typed at all', [undefined], NOBODY],
  ])('that is %s is none', async (_, typed, words) => {
    shelf.typed.push(...typed)
    expect(await toldBy(() => vault().probe(''))).toEqual(words)
  })

  it('cannot open a session of a key file', async () => {
    expect(await toldBy(() => vault().recall('NAME|sid', {} as SessionHeader))).toEqual([
      'store-key: a key file protects this session',
      'Set LS_AUTH_STORE_KEY_FILE to it. exec removes that variable, so for its command first run: ls-auth profile set store_key_file PATH',
    ])
    expect(shelf.prompts).toEqual([])
  })

  it.each([
    { N: 2 ** 21, r: 8, p: 1 },
    { N: 2 ** 17, r: 17, p: 1 },
    { N: 2 ** 17, r: 8, p: 5 },
  ])('is not tried at a cost that would take all memory: %j', async (cost) => {
    shelf.typed.push('correct horse')
    const header = { wrappedKey: 'AAAA', scrypt: { salt: 'AAAA', ...cost } } as SessionHeader
    expect((await toldBy(() => vault().recall('NAME|sid', header)))[0]).toBe(
      'refused: the session file asks for an unreasonable scrypt cost',
    )
  })

  it.each([
    ['that is no power of two', { N: 3, r: 1, p: 1 }],
    ['that is missing', {}],
    ['that is no number', { N: 'x', r: 1, p: 1 }],
  ])('is not tried at a cost %s either', async (_, cost) => {
    shelf.typed.push('correct horse')
    const header = { wrappedKey: 'AAAA', scrypt: { salt: 'AAAA', ...cost } } as SessionHeader
    expect((await toldBy(() => vault().recall('NAME|sid', header)))[0]).toBe(
      'refused: the session file asks for an unreasonable scrypt cost',
    )
  })
})
