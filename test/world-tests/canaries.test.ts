import { writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isLinear } from '../linear-time.ts'
import { expectNoSecret, mint, Searcher, searchOutput } from '../world/canaries.ts'
import { type Machine, openMachine } from '../world/machine.ts'
import { program } from '../world/program.ts'
import { watchProcess } from '../world/watched-process.ts'
import { openWorld, type World } from '../world/world.ts'
import { searchWritten, snapshot } from '../world/written-files.ts'

/** That a leak is found: without that, finding none says nothing. */

const part = (text: string) => Buffer.from(text).toString('base64url')
const JWT = `${part('{"alg":"RS256","kid":"key-1"}')}.${part('{"sub":"alice","n":1}')}.${part('signature of the token')}`
const OPAQUE = 'k8Zq/3v+Tt=w~R2mN5x?Y7b&c9d'

const search = (text: string) => {
  const searcher = new Searcher()
  for (const secret of [JWT, OPAQUE]) searcher.add(secret, 'token')
  return searcher.find(text)?.form
}

describe('a secret is found', () => {
  const parts = JWT.split('.')
  it.each([
    ['as it is', `before ${OPAQUE} behind`],
    ['as it is', JWT],
    ['percent-encoded', `?token=${encodeURIComponent(OPAQUE)}&x`],
    ['form-encoded', new URLSearchParams({ token: OPAQUE }).toString()],
    ['in hex', Buffer.from(`x${OPAQUE}y`).toString('hex')],
    ['in hex', Buffer.from(JWT).toString('hex').toUpperCase()],
    ['in base64', Buffer.from(OPAQUE).toString('base64')],
    ['in base64', `Basic ${Buffer.from(`a:${OPAQUE}`).toString('base64')}`],
    ['in base64', Buffer.from(`ab:${OPAQUE}z`).toString('base64')],
    ['in base64', Buffer.from(`abc:${JWT}z`).toString('base64')],
    ['part 1 of a JWT', `kid ${parts[0]}`],
    ['part 2 of a JWT', `payload ${parts[1]}`],
    ['part 3 of a JWT', `signature ${parts[2]}`],
    ['its first half', `begins with ${OPAQUE.slice(0, 14)}…`],
    ['its second half', `…${OPAQUE.slice(14)}`],
  ])('%s', (form, text) => {
    expect(search(text)).toMatch(new RegExp(`^(${form}|in base64url)$`))
  })

  it('in base64url', () => {
    const bytes = Buffer.from(`?>${OPAQUE}`)
    expect(search(bytes.toString('base64url'))).toMatch(/^in base64/)
  })

  it('in a JSON string', () => {
    const searcher = new Searcher()
    searcher.add('with "quotes" and \\', 'never')
    expect(searcher.find(JSON.stringify({ a: 'with "quotes" and \\' }))?.form).toBe('in a JSON string')
  })

  it('among bytes of a file that is no text', () => {
    const bytes = Buffer.concat([Buffer.from([0, 255, 254, 128]), Buffer.from(JWT), Buffer.from([200])])
    expect(search(bytes.toString('latin1'))).toBe('as it is')
  })
})

describe('innocent text', () => {
  it.each(['', 'short', OPAQUE.slice(0, 9), 'eyJhbGciOi', JWT.slice(4, 12), 'alice has signed in'])(
    'is none: "%s"',
    (text) => expect(search(text)).toBeUndefined(),
  )

  it('of a megabyte is searched in linear time, with a thousand secrets', async () => {
    const searcher = new Searcher()
    for (let n = 0; n < 1000; n++) searcher.add(`${JWT}-${n}`, 'token')
    const find = (share: number) => searcher.find('service checkout, 12 ms, no error'.repeat(share * 30_000))
    expect(await isLinear(find)).toBe(true)
  })
})

const TOKEN = 'canary-access-token-0123456789'
const REFRESH = 'canary-refresh-token-9876543210'
const KEY = 'canary/aws+key=of-the-role'
mint(TOKEN, 'token')
mint(REFRESH)
mint(KEY, 'aws')

describe('who may print what', () => {
  it.each([
    [['token'], TOKEN, ''],
    [['--debug', 'token'], TOKEN, `::add-mask::${TOKEN}\n`],
    [['exec', '--', 'env'], TOKEN, ''],
    [['aws-credentials'], KEY, ''],
  ])('%j may', (argv, stdout, stderr) => searchOutput(argv, stdout, stderr))

  it.each([
    [['whoami'], TOKEN, ''],
    [['token'], REFRESH, ''],
    [['token'], '', TOKEN],
    [['aws-credentials'], TOKEN, ''],
    [['exec', '--', 'env'], '', TOKEN],
    [['whoami', '--token', '-'], TOKEN, ''],
  ])('%j may not', (argv, stdout, stderr) => {
    expect(() => searchOutput(argv, stdout, stderr)).toThrow(
      /^a secret \(\w+\) shows as it is in the \w+ of: /,
    )
  })

  it('the message does not quote it, in the typed line neither', () => {
    const fail = () => searchOutput(['api', `/x?${TOKEN}`], TOKEN, '')
    expect(fail).toThrow('ls-auth api (secret)')
    expect(fail).not.toThrow(TOKEN)
    expect(() => expectNoSecret('here', `a ${KEY}`)).toThrow('a secret (aws) shows as it is in here')
  })
})

describe('a story that leaks', () => {
  let world: World
  let machine: Machine
  let directory: string
  beforeAll(async () => {
    world = await openWorld()
    directory = await mkdtemp(join(tmpdir(), 'ls-auth-canaries-'))
    // A program that does what ls-auth must not, in its place.
    const script = `
      const { spawnSync } = require('node:child_process'), { writeFileSync } = require('node:fs')
      const [how, secret] = [process.argv[2], Buffer.from('${Buffer.from(REFRESH).toString('base64')}', 'base64').toString()]
      if (how === 'stdout') console.log(secret)
      if (how === 'stderr') console.error(encodeURIComponent(secret))
      if (how === 'file') writeFileSync(process.env.HOME + '/leak', secret)
      if (how === 'argument') spawnSync('sh', ['-c', 'sleep 0.3; : ' + secret])
      if (how === 'variable') spawnSync('sleep', ['0.3'], { env: { ...process.env, LEAK: secret } })
      if (how === 'exec') spawnSync('sleep', ['0.3'], { env: { ...process.env, LS_AUTH_TOKEN: secret } })
      if (how === 'title') { process.title = secret; setTimeout(() => {}, 300) }
    `
    const binary = join(directory, 'leaky.cjs')
    await writeFile(binary, script)
    machine = await openMachine({ binary })
  })
  afterAll(async () => {
    await Promise.all([world.close(), machine.close(), rm(directory, { recursive: true })])
  })

  it.each([
    ['stdout', 'the output of: ls-auth stdout'],
    ['stderr', 'the messages of: ls-auth stderr'],
    ['file', '/leak'],
    ['argument', 'a command line in /proc'],
    ['variable', 'the variable LEAK in /proc'],
    ['title', 'a command line in /proc'],
  ])('by %s, fails at the end of the process', async (how, where) => {
    await expect(machine.run([how])).rejects.toThrow(where)
  })

  it('the variable of exec is what it is for', async () => {
    expect(await machine.run(['exec'])).toMatchObject({ exit: 0 })
  })

  it('what was in a file before is the test’s own', async () => {
    const own = join(directory, 'own')
    await writeFile(own, REFRESH)
    const before = snapshot(directory)
    searchWritten(directory, before)
    await writeFile(own, `${REFRESH} `)
    expect(() => searchWritten(directory, before)).toThrow(`in the file ${own}`)
  })

  it('a process that is gone is no error', () => watchProcess(2 ** 22 - 1, [], {}).search())

  it.each([
    ['in a message', () => {}, 'a secret (token) shows as it is in the messages of: ls-auth status'],
    ['in a file', () => writeFileSync(join(world.home, 'leak'), REFRESH), 'shows as it is in the file /'],
  ])('in the world of stories, %s', async (_, leak, where) => {
    const now = () => {
      leak()
      throw new program.Failure('network', where.includes('messages') ? TOKEN : 'no clock')
    }
    world.override = { clock: { now, sleep: async () => {} } }
    await expect(world.type('ls-auth status')).rejects.toThrow(where)
    world.override = {}
  })
})
