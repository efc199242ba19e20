import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'
import { EXPECTED } from '../providers/expected.ts'
import { openPlace } from '../providers/place.ts'

describe('a person signs out in the browser too', () => {
  let stage: Stage
  beforeEach(async () => {
    stage = await openStage()
    await stage.world.type(stage.login())
    stage.world.opened.length = 0
  })
  afterEach(() => stage.close())

  const line = 'ls-auth logout --browser'

  it("the provider's page is opened with the client and the person, and without a token", async () => {
    const { exit, stderr } = await stage.world.type(line)
    expect(exit).toBe(0)
    const [page, ...others] = stage.world.opened
    expect(others).toEqual([])
    expect(page?.origin).toBe(new URL(stage.provider.issuer).origin)
    expect([...(page?.searchParams ?? [])]).toEqual([
      ['client_id', 'ls-auth-cli'],
      ['logout_hint', 'alice'],
    ])
    expect(stderr).toContain('refresh token revoked')
    expect(stderr).toContain(`If no page shows, open this address:\n\n  ${page?.href}\n`)
  })

  it('the page answers: the provider asks whether to sign out', async () => {
    await stage.world.type(line)
    const answer = await fetch(stage.world.opened[0] as URL)
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringMatching(/sign.?out|log.?out/i)])
  })

  it('without --browser none is opened', async () => {
    expect((await stage.world.type('ls-auth logout')).exit).toBe(0)
    expect(stage.world.opened).toEqual([])
  })

  it('over SSH, where the browser is elsewhere, the address is shown, also with --quiet', async () => {
    stage.world.variables.SSH_CONNECTION = '192.0.2.1 5000 192.0.2.2 22'
    const { exit, stderr } = await stage.world.type(`${line} --quiet`)
    expect([exit, stage.world.opened]).toEqual([0, []])
    expect(stderr).toMatch(
      /^This is an SSH session: .* open this address:\n\n {2}https?:\/\/\S+client_id=\S+\n/,
    )
  })

  it('without a display the sentence names the browser', async () => {
    stage.world.variables.BROWSER = ''
    stage.world.variables.DISPLAY = ''
    const { stderr } = await stage.world.type(`${line} --quiet`)
    expect(stderr).toMatch(/To sign out in the browser too, open this address:\n/)
  })

  it('with --json a member says what became of it', async () => {
    const { stdout } = await stage.world.type(`${line} --json`)
    expect(JSON.parse(stdout)).toMatchObject({ revoked: 'yes', forgotten: true, browser: 'opened' })
    const again = await stage.world.type(`${line} --json`)
    expect(JSON.parse(again.stdout)).toMatchObject({ was_signed_in: false, browser: 'opened' })
  })

  it('after a sign-out without it: the provider says where its page is', async () => {
    await stage.world.type('ls-auth logout')
    const { exit, stderr } = await stage.world.type(line)
    expect(exit).toBe(0)
    expect(stage.world.opened.map(({ search }) => search)).toEqual(['?client_id=ls-auth-cli'])
    expect(stderr).toMatch(/^Not signed in to \S+ on this machine\.\nOpening the sign-out page/)
  })

  it('after a sign-out without it, and the provider cannot be asked: that is the error', async () => {
    await stage.world.type('ls-auth logout')
    stage.provider.tamper = { discovery: () => ({ status: 500, raw: '' }) }
    const { exit, stderr } = await stage.world.type(`${line} --quiet`)
    expect([exit, stage.world.opened]).toEqual([6, []])
    expect(stderr).toMatch(/^error: .*500.*\nhint: .*\n$/)
  })

  it('of every sign-in with --all', async () => {
    expect((await stage.world.type(`${line} --all`)).exit).toBe(0)
    expect(stage.world.opened).toHaveLength(1)
  })
})

// Cognito's page wants an address that is registered for it, Okta's a token in its address; the others advertise none.
const PAGES: Readonly<Record<string, string>> = {
  entra: 'logout_hint=ada%40acme.example',
  keycloak: 'logout_hint=ada',
}

it.each(EXPECTED)('the sign-out page of $behaviour.id', async ({ behaviour, settings }) => {
  const place = await openPlace(behaviour, settings)
  try {
    await place.world.type('ls-auth login')
    place.world.opened.length = 0
    const { exit, stderr } = await place.world.type('ls-auth logout --browser')
    expect(exit).toBe(0)
    const wanted = PAGES[behaviour.id]
    const pages = place.world.opened.map(({ search }) => search)
    expect(pages).toEqual(wanted === undefined ? [] : [`?client_id=${behaviour.clientId}&${wanted}`])
    if (wanted === undefined)
      expect(stderr).toMatch(/^ {2}in the browser {4}not signed out: \S.* has no page/m)
  } finally {
    await place.close()
  }
})
