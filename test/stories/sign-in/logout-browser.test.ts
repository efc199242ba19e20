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

  it('with --json a member says what became of it', async () => {
    const { stdout } = await stage.world.type(`${line} --json`)
    expect(JSON.parse(stdout)).toMatchObject({ revoked: 'yes', forgotten: true, browser: 'opened' })
    const again = await stage.world.type(`${line} --json`)
    expect(JSON.parse(again.stdout)).toMatchObject({ was_signed_in: false, browser: 'opened' })
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
      expect(stderr).toMatch(/^ {2}in the browser {4}not signed out: \S.* has no sign-out page/m)
  } finally {
    await place.close()
  }
})
