import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Events, OAuth2Server } from 'oauth2-mock-server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

const SECRET = 'the-secret-of-this-client'

describe('a client with a secret', () => {
  const server = new OAuth2Server()
  /** How the last token request authenticated. */
  let authorization: string | undefined
  let form: URLSearchParams
  let world: World
  let file: string

  beforeAll(async () => {
    await server.issuer.keys.generate('RS256')
    await server.start(0, '127.0.0.1')
    server.service.on(Events.BeforeResponse, (_answer: unknown, request) => {
      authorization = request.headers.authorization
      form = new URLSearchParams(request.body)
    })
  })
  afterAll(() => server.stop())
  beforeEach(async () => {
    world = await openWorld({ visitor: { user: 'johndoe' }, secrets: () => [SECRET] })
    file = join(world.home, 'client-secret')
    await writeFile(file, `${SECRET}\n`, { mode: 0o600 })
  })
  afterEach(() => world.close())

  const profile = (more: string) =>
    world.writeConfig(
      `[profiles.work]\nissuer = "${server.issuer.url}"\nclient_id = "confidential"\nredirect_ports = "any"\n${more}\n`,
    )

  it('gives it from a file at sign-in, keeps it encrypted, and uses it for renewals without the file', async () => {
    await profile('client_auth = "client_secret_basic"')
    world.variables.LS_AUTH_CLIENT_SECRET_FILE = file
    expect(await world.type('ls-auth login')).toMatchObject({ exit: 0 })
    const basic = `Basic ${Buffer.from(`confidential:${SECRET}`).toString('base64')}`
    expect(authorization).toBe(basic)
    delete world.variables.LS_AUTH_CLIENT_SECRET_FILE
    authorization = undefined
    world.clockOffset = 2 * 3_600_000
    expect(await world.type('ls-auth token')).toMatchObject({ exit: 0 })
    expect(authorization).toBe(basic)
    const [name] = await readdir(join(world.stateDirectory, 'sessions'))
    const bytes = await readFile(join(world.stateDirectory, 'sessions', name as string, 'session'), 'latin1')
    expect(bytes).not.toContain(SECRET)
  })

  it('sends unreserved characters as they are (RFC 3986 §2.3), and all others encoded', async () => {
    await profile('client_auth = "client_secret_basic"')
    await world.editConfig((text) => text.replace('"confidential"', '"my-client_1.a~b"'))
    const secret = "a-b_c.d~e%+ :/ü!*'()"
    await writeFile(file, `${secret}\n`)
    world.variables.LS_AUTH_CLIENT_SECRET_FILE = file
    expect(await world.type('ls-auth login')).toMatchObject({ exit: 0 })
    expect(Buffer.from(authorization?.split(' ')[1] ?? '', 'base64').toString()).toBe(
      'my-client_1.a~b:a-b_c.d~e%25%2B+%3A%2F%C3%BC%21%2A%27%28%29',
    )
  })

  it.each([
    ['can be read by others', () => chmod(file, 0o644)],
    [
      'is a broken symbolic link',
      async () => {
        await rm(file)
        await symlink(`${file}.real`, file)
      },
    ],
    ['is not a file', async () => rm(file).then(() => mkdir(file))],
  ])('does not take it from a file that %s: exit 2, and no browser', async (words, change) => {
    await profile('client_auth = "client_secret_basic"')
    world.variables.LS_AUTH_CLIENT_SECRET_FILE = file
    await change()
    const { exit, stderr } = await world.type('ls-auth login')
    expect(exit).toBe(2)
    expect(stderr).toContain(`the client secret file ${file} ${words}\nhint: `)
    expect(world.opened).toEqual([])
  })

  it('types it without echo, and is not asked again while it is kept', async () => {
    await profile('client_auth = "client_secret_post"')
    world.stdin = [SECRET]
    expect(await world.type('ls-auth login')).toMatchObject({ exit: 0 })
    expect([authorization, form.get('client_secret')]).toEqual([undefined, SECRET])
    expect(await world.type('ls-auth login')).toMatchObject({ exit: 0 })
    expect(world.stdin).toEqual([])
  })

  it.each(['generic', 'okta'])('is refused (%s): the hint leads to another one', async (provider) => {
    await profile(`client_auth = "client_secret_post"\nprovider = "${provider}"`)
    world.stdin = [SECRET]
    expect(await world.type('ls-auth login')).toMatchObject({ exit: 0 })
    server.service.once(Events.BeforeResponse, (answer: { statusCode: number; body: unknown }) => {
      answer.statusCode = 401
      answer.body = { error: 'invalid_client' }
    })
    const refused = await world.type('ls-auth login')
    expect(refused.exit).toBe(2)
    expect(refused.stderr).toMatch(
      /^hint: Check client_id \(confidential\) and its secret\. .*ls-auth logout/m,
    )
    expect(refused.stderr).not.toMatch(/public client|Native Application/)
    await world.type('ls-auth logout')
    world.stdin = ['another-secret']
    expect(await world.type('ls-auth login')).toMatchObject({ exit: 0 })
    expect(form.get('client_secret')).toBe('another-secret')
  })

  it('cannot be asked in a script (exit 2), and never stands in a settings file (exit 2)', async () => {
    await profile('client_auth = "client_secret_post"')
    const alone = await world.type('ls-auth login')
    expect(alone.exit).toBe(2)
    expect(alone.stderr).toContain('LS_AUTH_CLIENT_SECRET_FILE')
    expect(world.opened).toEqual([])
    await profile(`client_auth = "client_secret_post"\nclient_secret = "${SECRET}"`)
    expect((await world.type('ls-auth login')).exit).toBe(2)
  })
})
