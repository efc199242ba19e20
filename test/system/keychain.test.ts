import { mkdir, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasKeyring, type KeyringSession, openKeyringSession } from '../world/keyring-session.ts'
import { type Ended, type Machine, openMachine } from '../world/machine.ts'
import type { Result, Step } from './keychain-call.ts'

const SERVICE = 'ls-auth'
const FILE_STORE = /ls-auth login --store file --store-key-file ~\/\.ls-auth\.key$/
const root = fileURLToPath(new URL('../..', import.meta.url))
// Inside the repository, where the packages it needs are found.
const program = `${root}.build/keychain-call.${process.pid}.mjs`

let machine: Machine
beforeAll(async () => {
  machine = await openMachine()
  await mkdir(`${root}.build`, { recursive: true })
  await build({
    input: fileURLToPath(new URL('keychain-call.ts', import.meta.url)),
    platform: 'node',
    external: (id) => !/^[./\0]/.test(id),
    output: { file: program, format: 'esm', codeSplitting: false },
  })
})
afterAll(async () => {
  await machine.close()
  await rm(program, { force: true })
})

/** Lets the adapter work in a process of its own, inside a session or outside of any. */
async function inProcess(
  steps: readonly Step[],
  session?: KeyringSession,
  variables: Readonly<Record<string, string>> = {},
): Promise<{ results: Result[]; ended: Ended }> {
  const options = { stdin: JSON.stringify(steps), env: { ...session?.env, ...variables } }
  const ended = await machine.command(process.execPath, [program], options).ended
  expect(ended.stderr).toBe('')
  return { results: JSON.parse(ended.stdout) as Result[], ended }
}

describe.skipIf(!hasKeyring())('the OS keychain, by a real gnome-keyring', () => {
  let session: KeyringSession
  beforeAll(async () => {
    session = await openKeyringSession()
  })
  afterAll(() => session.close())

  it('sets, gives back and removes an item, as an independent program sees it', async () => {
    const stored = await inProcess([['set', 'work|one', 'first ☂ secret']], session)
    expect(stored.results).toEqual([{ value: true }])
    expect(await session.readSecret(SERVICE, 'work|one')).toBe('first ☂ secret')
    const again = await inProcess(
      [
        ['get', 'work|one'],
        ['set', 'work|one', 'second'],
        ['get', 'work|one'],
        ['remove', 'work|one'],
        ['get', 'work|one'],
        ['remove', 'work|one'],
      ],
      session,
    )
    expect(again.results).toEqual([
      { value: 'first ☂ secret' },
      { value: true },
      { value: 'second' },
      { value: true },
      { value: null },
      { value: false },
    ])
    expect(await session.readSecret(SERVICE, 'work|one')).toBeUndefined()
  })

  it('holds 10 KiB, and keeps accounts apart', async () => {
    const large = 'x'.repeat(10 * 1024)
    const { results } = await inProcess(
      [
        ['set', 'large', large],
        ['set', 'large|2', 'small'],
        ['get', 'large'],
        ['get', 'never'],
      ],
      session,
    )
    expect(results).toEqual([{ value: true }, { value: true }, { value: large }, { value: null }])
    expect(await session.readSecret(SERVICE, 'large')).toBe(large)
  })

  it('locked: a read gives nothing, a write says so', async () => {
    const locked = await openKeyringSession()
    try {
      await inProcess([['set', 'work', 'secret']], locked)
      await locked.lock()
      const { results } = await inProcess(
        [
          ['get', 'work'],
          ['remove', 'work'],
          ['set', 'work', 'other'],
        ],
        locked,
      )
      expect(results).toEqual([
        { value: null },
        { value: false },
        {
          code: 'keychain-locked',
          exit: 8,
          message: 'the keychain is locked',
          hint: expect.stringMatching(FILE_STORE),
        },
      ])
    } finally {
      await locked.close()
    }
  })

  // 5 s by the clock where a processor is free, which the other tests may not grant: see response-budget.test.ts.
  it('stuck: gives up once for all calls, although the native ones never come back', async () => {
    const frozen = await openKeyringSession()
    try {
      frozen.freeze()
      const steps: Step[] = [
        ['get', 'work'],
        ['set', 'work', 'secret'],
        ['remove', 'work'],
      ]
      const { results, ended } = await inProcess(steps, frozen)
      const stuck = {
        code: 'keychain-stuck',
        exit: 8,
        message: 'the keychain did not answer in time',
        hint: expect.stringMatching(FILE_STORE),
      }
      expect(results).toEqual([stuck, stuck, stuck])
      expect(ended.milliseconds).toBeGreaterThan(4_500)
      expect(ended).toMatchObject(
        'execve' in process ? { exit: 8, signal: null } : { exit: null, signal: 'SIGKILL' },
      )
    } finally {
      await frozen.close()
    }
  })

  // It asks again for each new program: after an upgrade the signature may be another one.
  it('stuck on macOS: that it may be asking on the screen is said', async () => {
    const frozen = await openKeyringSession()
    try {
      frozen.freeze()
      const { results } = await inProcess([['get', 'work']], frozen, { AS_PLATFORM: 'darwin' })
      expect(results).toMatchObject([
        {
          code: 'keychain-stuck',
          hint: expect.stringMatching(
            /^macOS may be asking on its screen\. Run ls-auth whoami there and choose "Always Allow"\. To keep /,
          ),
        },
      ])
    } finally {
      await frozen.close()
    }
  })

  it('no keychain on the bus', async () => {
    const bare = await openKeyringSession({ provider: false })
    try {
      const steps: Step[] = [
        ['get', 'work'],
        ['set', 'work', 'secret'],
      ]
      const unavailable = {
        code: 'keychain-unavailable',
        exit: 8,
        message: 'no keychain service runs in this login session',
        hint: expect.stringMatching(FILE_STORE),
      }
      expect((await inProcess(steps, bare)).results).toEqual([unavailable, unavailable])
    } finally {
      await bare.close()
    }
  })

  it('no D-Bus', async () => {
    const { results } = await inProcess([
      ['get', 'work'],
      ['set', 'work', 'secret'],
    ])
    const unavailable = {
      code: 'keychain-unavailable',
      exit: 8,
      message: 'there is no keychain in this login session (no D-Bus)',
      hint: expect.stringMatching(FILE_STORE),
    }
    expect(results).toEqual([unavailable, unavailable])
  })
})
