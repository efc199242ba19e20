import { readFile, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { httpServer, type Listening, listen } from '../../world/loopback-server.ts'
import { openWorld, type World } from '../../world/world.ts'

/** "Our wiki has the profile": profile add --from URL. */

const PROFILE =
  '[profiles.team]\nissuer = "https://id.example"\nclient_id = "x"\napi = "https://gw.example"\n'
const BIG = `${PROFILE}# ${'x'.repeat(2_000_000)}`
let server: Listening
let other: Listening
let asked: IncomingMessage[] = []
let base: string
let world: World
const answers: Record<string, (response: ServerResponse) => void> = {
  '/team.toml': (response) => response.end(PROFILE),
  '/moved': (response) => response.writeHead(302, { location: '/team.toml' }).end(),
  '/away': (response) =>
    response.writeHead(302, { location: `http://127.0.0.1:${other.port}/team.toml` }).end(),
  '/round': (response) => response.writeHead(302, { location: '/round' }).end(),
  '/nowhere': (response) => response.writeHead(302).end(),
  '/big': (response) => response.end(BIG),
  '/page': (response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>'),
  '/closed': (response) => response.writeHead(401).end(),
  '/broken': (response) => response.writeHead(503).end(),
  '/nonsense': (response) => response.end('\u001b[31m = ='),
}
beforeAll(async () => {
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    asked.push(request)
    const answer = answers[request.url?.split('?')[0] ?? '']
    if (answer) answer(response)
    else response.writeHead(404).end()
  }
  server = await listen(httpServer(serve))
  other = await listen(httpServer(serve))
  base = `http://127.0.0.1:${server.port}`
})
afterAll(() => Promise.all([server.close(), other.close()]))
beforeEach(async () => {
  asked = []
  world = await openWorld()
})
afterEach(() => world.close())

describe('profile add --from URL', () => {
  it.each(['/team.toml', '/moved'])('%s is what a file with the same text is', async (path) => {
    const file = join(world.home, 'team.toml')
    await writeFile(file, PROFILE)
    const [byUrl, byFile] = [
      await world.type(`ls-auth profile add a --from ${base}${path}`),
      await world.type(`ls-auth profile add a --from ${file}`),
    ]
    expect(byUrl).toEqual(byFile)
    expect(byUrl).toMatchObject({ exit: 2, stdout: '' })
    expect(byUrl.stderr).toContain(
      'This profile signs in at  https://id.example\nand sends tokens to       https://gw.example\nerror: cannot ask for confirmation',
    )
    expect((await world.type(`ls-auth profile add --from ${base}${path} --yes`)).exit).toBe(0)
    expect(await readFile(world.configFile, 'utf8')).toContain(
      '[profiles.team]\nissuer = "https://id.example"\n',
    )
  })

  it('is asked for without anything of ours', async () => {
    await world.type(`ls-auth profile add --from ${base}/team.toml --yes`)
    expect(asked).toHaveLength(1)
    const names = Object.keys(asked[0]?.headers ?? {})
    expect(
      names.filter((name) => !/^(host|connection|accept|accept-encoding|user-agent)$/.test(name)),
    ).toEqual([])
  })

  it.each([
    ['http://wiki.example/team.toml', 10, 'error: refusing plain http to wiki.example\nhint: Use https.'],
    [
      'https://me:hunter2@wiki.example/team.toml',
      2,
      'error: the URL of the profile holds a user name or password\nhint: ',
    ],
    ['https://', 2, 'error: "https://" is not a URL\nhint: '],
  ])('%s is not asked for', async (url, status, said) => {
    const { exit, stderr } = await world.type(`ls-auth profile add --from ${url} --yes`)
    expect({ exit, asked }).toEqual({ exit: status, asked: [] })
    expect(stderr).toContain(said)
    expect(stderr).not.toContain('hunter2')
    expect(stderr.trimEnd().split('\n')).toHaveLength(2)
  })

  it.each([
    ['/away', 10, 'redirects to another host'],
    ['/round', 6, 'redirects in a loop'],
    ['/nowhere', 6, 'failed (HTTP 302)'],
    ['/gone?token=hunter2', 7, 'has no such file (HTTP 404)'],
    ['/closed', 2, 'requires a sign-in (HTTP 401)'],
    ['/broken', 6, 'failed (HTTP 503)'],
    ['/page', 2, 'answered with a web page'],
    ['/big', 6, 'is larger than'],
    ['/nonsense', 2, 'is not valid TOML'],
  ])('%s: exit %i in two lines, and nothing is kept', async (path, status, said) => {
    const { exit, stdout, stderr } = await world.type(`ls-auth profile add --from ${base}${path} --yes`)
    expect(stderr).toContain(said)
    expect({ exit, stdout }).toEqual({ exit: status, stdout: '' })
    expect(stderr).toMatch(/^error: .*\nhint: .*\n( {2}.*\n)?$/)
    expect(stderr).not.toContain('hunter2')
    expect(asked.filter(({ socket }) => socket.localPort === other.port)).toEqual([])
    await expect(readFile(world.configFile)).rejects.toThrow('ENOENT')
  })
})
