import { rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { claimsOf, openPlace, type Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place.close())
beforeEach(() => {
  place.platform.claims = {}
  place.platform.broken = undefined
  Object.assign(place.world.variables, place.platform.variables)
  for (const name of ['GITHUB_ACTIONS', 'LS_AUTH_ID_TOKEN', 'MY_PROOF']) delete place.world.variables[name]
})

const asIs = (source: string, more = 'audience = "api://traces"') =>
  place.profile(`source = "${source}"`, `issuer = "${place.platform.issuer}"\n${more}`)

describe('a job of GitHub Actions', () => {
  it('has a token for the audience of its profile, without a login, and keeps nothing', async () => {
    await asIs('github')
    const { exit, stdout, stderr } = await place.type('ls-auth token')
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(claimsOf(stdout)).toMatchObject({ aud: 'api://traces', repository: 'acme/app' })
    expect(place.platform.requests.at(-1)).toMatchObject({ audience: 'api://traces', status: 200 })
    expect(place.world.keychain.calls).toEqual([])
  })

  it('is in the record: a sign-in for each token that it gets, and the token that is handed out', async () => {
    await asIs('github')
    await place.type('ls-auth token --reason nightly')
    const { stdout } = await place.type('ls-auth audit list -o ndjson')
    const [signIn, handOut] = stdout
      .trim()
      .split('\n')
      .slice(-2)
      .map((line) => JSON.parse(line))
    expect(signIn).toMatchObject({ event: 'sign-in', profile: 'ci', reason: 'nightly', sub: handOut.sub })
    expect(handOut).toMatchObject({
      event: 'hand-out',
      issuer: place.platform.issuer,
      sub: expect.any(String),
    })
  })

  it('names another audience with --audience, and cannot choose a scope', async () => {
    await asIs('github')
    const { stdout } = await place.type('ls-auth token --audience api://other')
    expect(claimsOf(stdout).aud).toBe('api://other')
    const scope = await place.type('ls-auth token --scope traces:read')
    expect(scope.exit).toBe(2)
    expect(scope.stderr).toContain('its scope cannot be chosen')
  })

  it('is told that the job lacks the permission: exit 6, never a login', async () => {
    await asIs('github')
    delete place.world.variables.ACTIONS_ID_TOKEN_REQUEST_URL
    const { exit, stderr } = await place.type('ls-auth token')
    expect(exit).toBe(6)
    expect(stderr).toBe(
      'error: the variable ACTIONS_ID_TOKEN_REQUEST_URL is not set\nhint: Give the job the permission: permissions: id-token: write\n',
    )
  })

  it.each([403, 500])('is told when the runner answers %i, without what it said', async (status) => {
    await asIs('github')
    place.platform.broken = status
    const { exit, stderr } = await place.type('ls-auth token')
    expect(exit).toBe(6)
    expect(stderr).toContain(`error: github gave no token (HTTP ${status})\nhint: `)
  })

  it('sends the password of the job to no plain http address: exit 10', async () => {
    await asIs('github')
    place.world.variables.ACTIONS_ID_TOKEN_REQUEST_URL = 'http://runner.example/token'
    const { exit, stderr } = await place.type('ls-auth token')
    expect(exit).toBe(10)
    expect(stderr).toContain('ACTIONS_ID_TOKEN_REQUEST_URL is not an https URL')
  })

  it('does not use a proof of another issuer: exit 10', async () => {
    await asIs('github')
    place.platform.claims = { iss: 'https://other.example' }
    const { exit, stderr } = await place.type('ls-auth token')
    expect(exit).toBe(10)
    expect(stderr).toContain('received https://other.example')
  })

  it('shows in whoami which repository, ref and environment it is', async () => {
    await asIs('github')
    const { exit, stdout } = await place.type('ls-auth whoami')
    expect(exit).toBe(0)
    expect(stdout).toMatch(
      /^ {2}workload +github, as-is: repository acme\/app, ref refs\/heads\/main, environment prod$/m,
    )
    expect(stdout).toContain('signature verified')
    const json = JSON.parse((await place.type('ls-auth whoami --json')).stdout)
    expect(json.workload).toEqual({
      source: 'github',
      grant: 'as-is',
      repository: 'acme/app',
      ref: 'refs/heads/main',
      environment: 'prod',
      role: null,
    })
  })

  it('is looked at by doctor, without a browser, a store or a redirect', async () => {
    await asIs('github')
    const { stdout } = await place.type('ls-auth doctor')
    expect(stdout).toMatch(
      /^ok +workload +a token with [45]m left by as-is from github: repository acme\/app/m,
    )
    expect(stdout).toMatch(/^ok +issuer .*\nok +signing keys +1 at /m)
    expect(stdout).not.toMatch(/keychain|redirect|browser|PKCE|login/)
    delete place.world.variables.ACTIONS_ID_TOKEN_REQUEST_TOKEN
    const broken = await place.type('ls-auth doctor')
    expect(broken.exit).toBe(5)
    expect(broken.stdout).toMatch(
      /^FAIL +workload +the variable ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set\n +→ Give the job/m,
    )
    expect(broken.stdout).not.toContain('login')
  })

  it('is checked by its issuer, too, where another step of the job hands the token on', async () => {
    const { issuer } = place.platform
    await place.world.writeConfig('')
    Object.assign(place.world.variables, {
      LS_AUTH_TOKEN: place.platform.sign('api://traces'),
      LS_AUTH_ISSUER: issuer,
    })
    onTestFinished(() => {
      for (const name of ['LS_AUTH_TOKEN', 'LS_AUTH_ISSUER']) delete place.world.variables[name]
    })
    expect(await place.type('ls-auth check --aud api://traces')).toMatchObject({ exit: 0 })
    expect((await place.type('ls-auth check --aud api://other')).exit).toBe(5)
    const { stdout } = await place.type('ls-auth doctor')
    expect(stdout).toMatch(/^ok +issuer +.* matches its discovery document/m)
    expect(stdout).toMatch(/^ok +signing keys +1 at /m)
    expect(stdout).not.toMatch(/^\w+ +(PKCE|device flow) /m)
  })
})

describe('other sources', () => {
  it.each([
    ['gitlab', 'LS_AUTH_ID_TOKEN'],
    ['env:MY_PROOF', 'MY_PROOF'],
  ])('%s is the variable %s', async (source, variable) => {
    await asIs(source)
    const missing = await place.type('ls-auth token')
    expect(missing.exit).toBe(6)
    expect(missing.stderr).toContain(`error: the variable ${variable} is not set\nhint: `)
    const proof = place.platform.sign('api://traces')
    place.world.variables[variable] = `${proof}\n`
    expect(await place.type('ls-auth token')).toEqual({ exit: 0, stdout: `${proof}\n`, stderr: '' })
    const chosen = await place.type('ls-auth token --audience api://other')
    expect(chosen.exit).toBe(2)
  })

  it('a file is read again each time, through symlinks as in Kubernetes', async () => {
    const real = await place.file('real-token', place.platform.sign('api://traces'))
    const path = join(place.world.home, 'token')
    await symlink(real, path)
    await asIs('file:~/token')
    const first = await place.type('ls-auth token')
    await writeFile(real, place.platform.sign('api://traces'))
    const second = await place.type('ls-auth token')
    expect([first.exit, second.exit]).toEqual([0, 0])
    expect(second.stdout).not.toBe(first.stdout)
    await rm(path)
    const gone = await place.type('ls-auth token')
    expect(gone.exit).toBe(6)
    expect(gone.stderr).toContain(`error: there is no file ${path}\nhint: `)
  })

  it('an expired proof and what is no token are told: exit 6', async () => {
    await asIs('env:MY_PROOF')
    place.world.variables.MY_PROOF = place.platform.sign('api://traces', { exp: 1_790_000_000 })
    const expired = await place.type('ls-auth token')
    expect(expired.exit).toBe(6)
    expect(expired.stderr).toMatch(/^error: the token from env:MY_PROOF expired at 2026-\S+Z\nhint: /)
    place.world.variables.MY_PROOF = 'not a token'
    const other = await place.type('ls-auth token')
    expect(other.exit).toBe(6)
    expect(other.stderr).toMatch(/^error: env:MY_PROOF holds no token\n/)
  })
})
