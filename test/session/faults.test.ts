import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Files } from '../../src/ports/ports.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { type Outcome, openWorld, type World } from '../world/world.ts'
import { type FaultyFiles, faultyFiles } from './faulty-files.ts'

const CODES = ['ENOSPC', 'EIO', 'EACCES', 'EROFS', 'EMFILE']
/** What a call that only looks can fail with; the program takes each of them in one way. */
const READ_CODES = ['EIO', 'EACCES']
const isRead = (call: string) => /^(inspect|endOfLinks|read|readForeign|list) /.test(call)
const HOUR = 3_600_000

let provider: Provider
beforeAll(async () => {
  provider = await startProvider({ namesSessions: true })
})
afterAll(() => provider.close())

/** Not the tool's fault, so never a bug (1) or a sign-out (3); said in two lines and perhaps indented detail. */
function expectHonest({ exit, stderr }: Outcome, where: string): void {
  expect([0, 2, 6, 8], where + stderr).toContain(exit)
  const talk = stderr.split('\n').filter((line) => /^(error|hint|warning):/.test(line))
  if (exit !== 0) expect(talk.slice(-2).join('\n'), where).toMatch(/^error: .*\((?:E[A-Z]+)\).*\nhint: ./)
}

describe.each(['keychain', 'file'])(
  'a file system that fails, with the session kept in the %s store',
  (store) => {
    let world: World
    let files: FaultyFiles
    beforeAll(async () => {
      world = await openWorld({ visitor: { user: 'alice' }, secrets: () => provider.secrets })
      files = faultyFiles()
      world.override = { files: async () => files }
    })
    afterAll(() => world.close())

    const login = () =>
      world.type(
        `ls-auth login --issuer ${provider.issuer} --client-id ${provider.clientId} --port 0 --store ${store} ` +
          `--store-key-file ${join(world.home, 'key', 'file')}`,
      )
    const refreshes = () => provider.count('POST', '/token', 'refresh_token')
    const cold = () => {
      world.clockOffset += 2 * HOUR
    }
    const healthy = async (line = 'ls-auth token') => {
      files.arm(0, '')
      cold()
      return world.type(line)
    }
    /** Every call of a command fails once, each with another code than the one before; a write also fails for good. */
    async function everywhere(
      command: () => Promise<Outcome>,
      prepare: () => Promise<void>,
      check: (outcome: Outcome, where: string) => Promise<void>,
    ): Promise<number> {
      await prepare()
      files.arm(0, '')
      expect((await command()).exit).toBe(0)
      const whole = [...files.calls]
      const faultsOf = (call: string, n: number) => {
        const codes = isRead(call) ? READ_CODES : CODES
        const once = { code: codes[n % codes.length] as string, lasting: false }
        // A disk that stays full is full for the next write as well.
        return isRead(call) ? [once] : [once, { code: 'ENOSPC', lasting: true }]
      }
      let tried = 0
      for (let n = 1; n <= whole.length; n++) {
        for (const { code, lasting } of faultsOf(whole[n - 1] as string, n)) {
          tried += 1
          await prepare()
          files.arm(n, code, lasting)
          const outcome = await command()
          files.arm(0, '')
          await check(outcome, `${code}${lasting ? ' from' : ''} at call ${n} (${whole[n - 1]})\n`)
        }
      }
      return tried
    }

    it('token: the session lives, and no refresh is spent before its note is on the disk', async () => {
      await login()
      await healthy()
      let sent = 0
      /** Refreshes there were when a session file with the note was on the disk for the first time. */
      let noted: number | undefined
      let isRenamed = false
      const watched: Files = {
        ...files,
        rename: async (...args) => {
          await files.rename(...args)
          isRenamed ||= basename(args[1]) === 'session'
        },
        syncDirectory: async (path) => {
          await files.syncDirectory(path)
          if (isRenamed) noted ??= refreshes()
        },
      }
      world.override = { files: async () => watched }
      const prepare = async () => {
        cold()
        sent = refreshes()
        noted = undefined
        isRenamed = false
      }
      const problems: string[] = []
      await everywhere(
        () => world.type('ls-auth token'),
        prepare,
        async (outcome, where) => {
          try {
            expectHonest(outcome, where)
            if (refreshes() !== sent) expect(noted, `${where}a refresh without its note`).toBe(sent)
            const after = await healthy()
            if (after.exit !== 0) {
              await login()
              // Only an answer that could not be kept may be lost, and then the token came with a warning.
              expect(outcome.stderr, where + after.stderr).toMatch(
                /^warning: the renewed sign-in could not be saved: cannot write/,
              )
            }
          } catch (error) {
            problems.push(String((error as Error).message).slice(0, 400))
          }
        },
      )
      world.override = { files: async () => files }
      expect(problems).toEqual([])
    })

    it('login: the old or the new session works, whatever fails', async () => {
      const problems: string[] = []
      await login()
      await everywhere(
        login,
        async () => {},
        async (outcome, where) => {
          try {
            expectHonest(outcome, where)
            expect((await healthy()).exit, `${where}and then token`).toBe(0)
            expect(provider.liveRefreshTokens(), `${where}and then`).toBe(1)
          } catch (error) {
            problems.push(String((error as Error).message).slice(0, 400))
            await login()
          }
        },
      )
      await login()
      expect(problems).toEqual([])
      expect(provider.liveRefreshTokens()).toBe(1)
    })

    it('logout: signed in or signed out, and the next command finishes the rest', async () => {
      const problems: string[] = []
      const prepare = async () => {
        if ((await healthy()).exit !== 0) await login()
      }
      await everywhere(
        () => world.type('ls-auth logout'),
        prepare,
        async (outcome, where) => {
          try {
            expectHonest(outcome, where)
            const after = await healthy()
            expect([0, 3], where + after.stderr).toContain(after.exit)
            if (outcome.exit === 0) expect(after.stderr, where).toContain('not signed in')
          } catch (error) {
            problems.push(String((error as Error).message).slice(0, 400))
          }
        },
      )
      await login()
      expect((await world.type('ls-auth logout')).exit).toBe(0)
      expect(problems).toEqual([])
      expect(provider.liveRefreshTokens()).toBe(0)
      expect(world.keychain.items.size).toBe(0)
      const [name] = await readdir(join(world.stateDirectory, 'sessions'))
      const left = await readdir(join(world.stateDirectory, 'sessions', name as string))
      expect(left.filter((file) => !/^(lock|lock.holder|items.json)$/.test(file))).toEqual([])
      expect(problems).toEqual([])
    })
  },
)
