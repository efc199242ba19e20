import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { fileStore, PRINTED_URL, signIn } from '../process/sign-in.ts'
import { browse } from '../world/browser.ts'
import { type Machine, openMachine } from '../world/machine.ts'
import type { World } from '../world/world.ts'
import { openVisit, profileFor, type Stranger } from './stranger.ts'

/** What differs in the stories that are told at every provider. */
export interface Told {
  /** Who signs in. */
  readonly user: string
  /** How the program calls them. */
  readonly name: string
  /** Somebody else, whose session nothing ends. */
  readonly other: string
  /** What the provider calls a refresh token that has died. */
  readonly dead: string | RegExp
  /** What is said of a token that its former key has signed. */
  readonly keyGone: RegExp
  /** It offers the device flow. */
  readonly device?: true
  /** How many renew at once; 10 where nothing is said. */
  readonly processes?: number
}

/** A token that lives a minute has always less than that left: a renewal each time. */
const RENEW = 'ls-auth token --min-ttl 60s'

/** The stories that are the same at every provider. `here`: the provider, once it is running. */
export function storiesEverywhere(here: () => Stranger, told: Told): void {
  let world: World
  const type = (line: string) => world.type(line)
  const signedIn = async () =>
    expect(await type('ls-auth login')).toMatchObject({
      exit: 0,
      stderr: expect.stringContaining('Signed in'),
    })
  beforeEach(async () => {
    world = await openVisit(here(), told.user)
  })
  afterEach(() => world.close())

  // The machine of the processes signs in before all stories: telling them is most of its wait.
  let machine: Machine
  let since: number
  beforeAll(async () => {
    machine = await openMachine()
    await mkdir(dirname(machine.configFile), { recursive: true })
    await writeFile(machine.configFile, profileFor(here(), [`client_id = "${here().clientId}"`]))
    const visitor = here().person(told.other)
    const { ended } = await signIn(machine, ['login', ...fileStore(machine)], { visitor })
    expect(ended).toMatchObject({ exit: 0 })
    since = Date.now()
  })
  afterAll(() => machine?.close())

  const address = () =>
    vi.waitFor(() => {
      const [, url] = world.said.match(PRINTED_URL) ?? []
      if (!url) throw new Error('no address is printed yet')
      return url
    }, 600_000)

  describe('the ways in', () => {
    it('a browser', async () => {
      const { exit, stdout, stderr } = await type('ls-auth login')
      expect({ exit, stdout }).toEqual({ exit: 0, stdout: '' })
      expect(stderr).toContain(`Signed in as ${told.name}.\n`)
      expect(stderr).toContain('1m, renewed as needed')
      expect(stderr).not.toContain('warning:')
    })

    it('a browser that opens the printed address', async () => {
      const running = type('ls-auth login --no-browser')
      expect((await browse(await address(), here().person(told.user))).body).toContain('You are signed in')
      expect((await running).stderr).toContain(`Signed in as ${told.name}.\n`)
      expect(world.opened).toEqual([])
    })

    it('a browser elsewhere, whose last address is pasted', async () => {
      const elsewhere = { ...here().person(told.user), stopAt: 'callback' } as const
      world.stdin = [async () => (await browse(await address(), elsewhere)).url]
      const { exit, stderr } = await type('ls-auth login --paste')
      expect({ exit, stderr }).toMatchObject({ exit: 0, stderr: expect.stringContaining(told.name) })
    })

    if (!told.device)
      it('no device: it is not offered here, which is said with another way', async () => {
        const { exit, stderr } = await type('ls-auth login --device')
        expect({ exit, stderr }).toEqual({
          exit: 2,
          stderr: 'error: this provider has no device flow\nhint: Use: ls-auth login --paste\n',
        })
      })
  })

  it('a token is kept until it has to be renewed, and each renewal leads to the next', async () => {
    await signedIn()
    const first = await type('ls-auth token')
    expect(await type('ls-auth token')).toEqual(first)
    const tokens = new Set([first.stdout])
    for (let renewal = 1; renewal <= 3; renewal++) {
      const { exit, stdout, stderr } = await type(RENEW)
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
      tokens.add(stdout)
    }
    expect(tokens.size).toBe(4)
  })

  it('an end at the provider is exit 3 each time, and signing in again is all it takes', async () => {
    await signedIn()
    await here().endSessions(told.user)
    for (let time = 0; time < 3; time++) {
      const { exit, stdout, stderr } = await type(RENEW)
      expect({ exit, stdout }).toEqual({ exit: 3, stdout: '' })
      expect(stderr).toMatch(/^error: your sign-in has ended: the provider refused to renew it$/m)
      expect(stderr).toMatch(/^hint: Run: ls-auth login$/m)
      expect(stderr).toMatch(told.dead)
    }
    const { stdout } = await type('ls-auth doctor')
    expect(stdout).toMatch(/^warn +session +a token with \d+s left, and the provider refused to renew it$/m)
    world.visitor = here().person(told.user)
    await signedIn()
    expect(await type(RENEW)).toMatchObject({ exit: 0, stderr: '' })
  })

  it('while the provider is down a good token is given and a renewal is exit 6; back, nothing is lost', async () => {
    await signedIn()
    const { stdout } = await type('ls-auth token')
    await here().stop()
    try {
      expect(await type('ls-auth token')).toEqual({ exit: 0, stdout, stderr: '' })
      for (const line of [RENEW, 'ls-auth login']) {
        const outcome = await type(line)
        expect(outcome).toMatchObject({ exit: 6, stdout: '' })
        expect(outcome.stderr).toMatch(/^error: (the connection to|cannot reach) 127\.0\.0\.1:\d+/)
        expect(outcome.stderr).toMatch(/^hint: .*(try again|Start the server)/m)
      }
    } finally {
      await here().start()
    }
    expect(await type(RENEW)).toMatchObject({ exit: 0, stderr: '' })
    expect(await type(RENEW)).toMatchObject({ exit: 0, stderr: '' })
  })

  it('a new signing key is fetched when the first token comes that it has signed', async () => {
    await signedIn()
    await here().replaceKey()
    const before = await type('ls-auth whoami --verify')
    expect(before.exit).toBe(10)
    expect(before.stderr).toMatch(told.keyGone)
    expect(await type(RENEW)).toMatchObject({ exit: 0, stderr: '' })
    const who = await type('ls-auth whoami --verify')
    expect(who).toMatchObject({ exit: 0, stderr: '' })
    expect(who.stdout).toMatch(/ID token .*signature verified/)
  })

  it('doctor finds nothing at the provider to complain of, and says what is not offered', async () => {
    await signedIn()
    const { stdout } = await type('ls-auth doctor')
    expect(stdout).toContain(`ok    issuer        ${here().issuer} matches its discovery document`)
    expect(stdout).toMatch(/^ok {4}signing keys {2}1 /m)
    expect(stdout).toMatch(
      told.device ? /^ok {4}device flow {3}offered/m : /^ok {4}device flow {3}not offered; .*--paste$/m,
    )
    expect(stdout).toMatch(/^ok {4}session .* left, renewed as needed$/m)
    expect(stdout).toMatch(/^ok {4}scopes {8}granted as requested/m)
    // There is no trace API in these tests.
    expect(stdout.match(/^(FAIL|warn) +\S+/gm)).toEqual(['FAIL  API'])
  })

  const { processes = 10 } = told
  it(`${processes} processes at once send one renewal, and all print its token`, async () => {
    // A token that has less than 50 s left is too old for ten, and the new one stays good enough for 10 s.
    await sleep(Math.max(0, since + processes * 1000 + 500 - Date.now()))
    const before = await here().tokenRequests()
    const line = ['token', '--min-ttl', `${60 - processes}s`]
    const outcomes = await Promise.all(Array.from({ length: processes }, () => machine.run(line)))
    for (const outcome of outcomes) expect(outcome).toMatchObject({ exit: 0, stderr: '' })
    expect(new Set(outcomes.map(({ stdout }) => stdout)).size).toBe(1)
    expect(await here().tokenRequests()).toBe(before + 1)
  })
}
