import { createServer } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import { throughBrowser } from '../../../src/session/flow/browser-flow.ts'
import { told, toldBy } from '../../told.ts'
import { attempt, PAGE, redirectTo, STATE, visit } from './sign-in-world.ts'

afterEach(() => {
  vi.useRealTimers()
  // Whoever still waits gets an answer of some browser, and closes the port.
  for (const { asked } of waiting.splice(0)) if (asked[0]) void visit(redirectTo(asked[0])).catch(() => {})
})

const DEVICE = { device_authorization_endpoint: 'https://idp.example/device' }
const NO_DISPLAY = { elsewhere: {} }
type World = ReturnType<typeof attempt>
const waiting: World[] = []
const begin = (how: Parameters<typeof attempt>[0]) => {
  const world = attempt(how)
  const result = throughBrowser(world.parts)
  result.catch(() => {})
  waiting.push(world)
  return { ...world, result }
}
const portOf = ({ asked }: Pick<World, 'asked'>) => Number(new URL(asked[0]?.redirect_uri ?? '').port)
/** The words of the log, without what else is in it. */
const steps = ({ log }: Pick<World, 'log'>) => log.map((entry) => (entry as unknown[])[0])

describe('a browser on this machine', () => {
  /** The person signs in at once; gives the page that the browser ends on. */
  function signIn(how: Parameters<typeof attempt>[0] = {}) {
    let ended: Promise<{ title: string | undefined }> | undefined
    const world = begin({
      ...how,
      async onOpen(url) {
        const start = await visit(url)
        world.log.push(['led to', start.location])
        ended = visit(redirectTo(world.asked[0] as Record<string, string>), start.cookie)
      },
    })
    return { ...world, page: async () => (await ended)?.title }
  }

  it('is led to the provider and back, and says signed in once the session is kept', async () => {
    const world = signIn()
    expect(await world.result).toBe('session of tokens')
    expect(await world.page()).toBe('Signed in')
    expect(world.log).toEqual([
      ['url', true],
      ['opened', expect.any(URL)],
      ['led to', PAGE],
      ['exchanged', true],
      ['accepted', true],
    ])
    expect(world.spent).toEqual([
      {
        callback: new URL(redirectTo(world.asked[0] as Record<string, string>)),
        request: {
          url: new URL(PAGE),
          asked: world.asked[0],
          isPushed: false,
          state: STATE,
          nonce: 'n',
          verifier: 'v',
        },
      },
    ])
    // Other programs see the opener's command line.
    const [, opened] = world.log[1] as [string, URL]
    const shown = await world.url
    for (const url of [opened, shown]) {
      expect(url.origin).toBe(`http://127.0.0.1:${portOf(world)}`)
      expect(url.href).not.toContain(STATE)
    }
    expect(shown.href).not.toBe(opened.href)
    await expect(visit(shown)).rejects.toThrow()
  })

  it('says not signed in when the session cannot be kept', async () => {
    const world = signIn({ accept: async () => Promise.reject(new Failure('storage', 'the disk is full')) })
    expect((await toldBy(() => world.result))[0]).toBe('storage: the disk is full')
    expect(await world.page()).toBe('Not signed in')
  })

  it('is over when it has come back: nothing waits any more', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const timers = async () => String(vi.getTimerCount())
    expect(await signIn({ accept: timers }).result).toBe('0')
  })

  it('of another user of this machine is not taken', async () => {
    const { url, visitor } = begin({})
    visitor.uid = 1001
    expect((await visit(await url)).status).toBe(403)
    // Root can do it anyway, and forwards for others.
    visitor.uid = 0
    const { status, cookie } = await visit(await url)
    expect(status).toBe(302)
    // Some systems do not tell.
    for (const uid of [1000, undefined]) {
      visitor.uid = uid
      expect(await visit(await url, cookie)).toMatchObject({ status: 302, location: PAGE })
    }
  })

  it('opened twice while it starts: the sign-in ends, and nothing else', async () => {
    const world = begin({
      async onOpen(url) {
        await visit(url)
        void visit(url).catch(() => {})
        await new Promise((resolve) => setTimeout(resolve, 50))
      },
    })
    expect((await toldBy(() => world.result))[0]).toBe(
      'refused: two browsers opened the page of this sign-in',
    )
  })

  it('is led to no unsafe address', async () => {
    const world = begin({ page: 'http://idp.example/authorize' })
    expect((await toldBy(() => world.result))[0]).toBe(
      'refused: the provider sent an address ls-auth will not show or open',
    )
    expect(world.log).toEqual([])
    await expect(visit(redirectTo(world.asked[0] as Record<string, string>))).rejects.toThrow()
  })
})

describe('a browser that the person opens', () => {
  it('is not started: the address of the provider is shown', async () => {
    const world = begin({ options: { flow: 'url' } })
    expect((await world.url).href).toBe(PAGE)
    const page = visit(redirectTo(world.asked[0] as Record<string, string>))
    expect(await world.result).toBe('session of tokens')
    expect((await page).title).toBe('Signed in')
    expect(steps(world)).toEqual(['url', 'exchanged', 'accepted'])
    expect(world.log[0]).toEqual(['url', false])
  })

  it('is waited for on a machine without a display, too, and nobody is asked', async () => {
    const world = begin({ ...NO_DISPLAY, options: { flow: 'url' } })
    await world.url
    void visit(redirectTo(world.asked[0] as Record<string, string>))
    await world.result
    expect(steps(world)).toEqual(['url', 'exchanged', 'accepted'])
  })

  it.each([
    [{}, '--paste'],
    [DEVICE, '--device'],
  ])('is waited for five minutes: %j', async (metadata, way) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const world = begin({ options: { flow: 'url' }, metadata })
    await world.url
    vi.advanceTimersByTime(300_000)
    const [what, hint] = await toldBy(() => world.result)
    expect(what).toBe('timed-out: no answer from the browser within 5 minutes')
    expect(hint).toContain(`Without a browser: ls-auth login ${way}`)
  })
})

describe('a browser on another machine', () => {
  it('is told of, with the other ways after the address', async () => {
    const world = begin({ ...NO_DISPLAY, metadata: DEVICE })
    expect((await world.url).href).toBe(PAGE)
    const port = portOf(world)
    void visit(redirectTo(world.asked[0] as Record<string, string>))
    expect(await world.result).toBe('session of tokens')
    expect(world.log).toEqual([
      ['elsewhere', 'no-display', port],
      ['url', false],
      ['other ways', 'no-display', port, true],
      ['asked'],
      ['exchanged', true],
      ['accepted', true],
    ])
    // The prompt is taken away when the browser was faster.
    expect(told(world.typed[0]?.reason)[0]).toBe('declined: no longer needed')
  })

  it.each([
    [{ device: 'no' as const }, DEVICE],
    [{}, {}],
  ])('offers the device flow only where there is one: %j %j', async (preset, metadata) => {
    const world = begin({ ...NO_DISPLAY, preset, metadata })
    await world.url
    expect(world.log[2]).toEqual(['other ways', 'no-display', portOf(world), false])
  })

  it('asks nobody where nobody can be asked', async () => {
    const world = begin({ ...NO_DISPLAY, canAsk: false })
    await world.url
    void visit(redirectTo(world.asked[0] as Record<string, string>))
    await world.result
    expect(steps(world)).toEqual(['elsewhere', 'url', 'exchanged', 'accepted'])
  })

  it('ends with the pasted address: wrong ones are told, and asked for again', async () => {
    const lines: string[] = ['nonsense']
    const world = attempt({ ...NO_DISPLAY, lines })
    const { askForRedirect } = world.parts.dialog
    const pasting = {
      ...world.parts.dialog,
      async askForRedirect(signal?: AbortSignal) {
        const line = await (steps(world).includes('told')
          ? Promise.resolve(`${redirectTo(world.asked[0] as Record<string, string>)}&pasted=1`)
          : askForRedirect(signal))
        return line
      },
    }
    expect(await throughBrowser({ ...world.parts, dialog: pasting })).toBe('session of tokens')
    expect(world.log).toContainEqual([
      'told',
      'That is not a URL. Copy the whole address, from http:// to its end.',
    ])
    expect(world.spent[0]?.callback.searchParams.get('pasted')).toBe('1')
  })

  it.each(['d', ' D '])('changes to the device flow by the line %j', async (line) => {
    const world = begin({ ...NO_DISPLAY, metadata: DEVICE, lines: [line] })
    expect(await world.result).toBe('session of tokens of the device flow')
    expect(steps(world)).toEqual(['elsewhere', 'url', 'other ways', 'asked', 'device', 'accepted'])
    await expect(visit(redirectTo(world.asked[0] as Record<string, string>))).rejects.toThrow()
  })

  it('is waited for when the input has ended', async () => {
    const world = begin({ ...NO_DISPLAY, lines: [undefined] })
    await world.url
    await new Promise((resolve) => setImmediate(resolve))
    void visit(redirectTo(world.asked[0] as Record<string, string>))
    expect(await world.result).toBe('session of tokens')
    expect(steps(world).filter((step) => step === 'asked')).toHaveLength(1)
  })
})

describe('a pasted address', () => {
  const paste = (how: Parameters<typeof attempt>[0]) => begin({ ...how, options: { flow: 'paste' } })

  it.each([
    ['any' as const, 8765],
    [[4711, 4712], 4711],
  ])('needs no listener (ports %j)', async (redirectPorts, port) => {
    const address = `http://127.0.0.1:${port}/callback`
    const callback = `${address}?code=c0de&state=${STATE}`
    const world = paste({ preset: { redirectPorts }, lines: ['nonsense', callback] })
    expect(await world.result).toBe('session of tokens')
    expect(world.asked).toMatchObject([{ redirect_uri: address }])
    expect(world.log).toEqual([
      ['url', false],
      ['asked'],
      ['told', 'That is not a URL. Copy the whole address, from http:// to its end.'],
      ['asked'],
      ['exchanged', true],
      ['accepted', true],
    ])
    expect(world.spent[0]?.callback.href).toBe(callback)
    expect((await world.url).href).toBe(PAGE)
  })

  it('that does not come is told', async () => {
    expect((await toldBy(() => paste({ lines: [undefined] }).result))[0]).toBe(
      'declined: no address was pasted',
    )
  })
})

describe('the authorization request', () => {
  const asked = async (how: Parameters<typeof attempt>[0]) => {
    const world = begin({ ...how, options: { flow: 'paste', ...how.options }, lines: [undefined] })
    await world.result.catch(() => {})
    return world.asked[0]
  }
  const redirect_uri = 'http://127.0.0.1:8765/callback'

  it('has the scopes and nothing that was not asked for', async () => {
    expect(await asked({ preset: { scopes: ['openid', 'a'] } })).toStrictEqual({
      redirect_uri,
      scope: 'openid a',
    })
  })

  it('asks for consent where offline access needs it', async () => {
    const scopes = ['openid', 'offline_access']
    expect(await asked({ preset: { scopes } })).toEqual({
      redirect_uri,
      scope: 'openid offline_access',
      prompt: 'consent',
    })
    expect(await asked({ preset: { scopes, consentForOffline: false } })).not.toHaveProperty('prompt')
  })

  it('has what the provider needs, and what the person says goes first', async () => {
    const preset = {
      scopes: ['openid'],
      authorizationParameters: { access_type: 'offline', prompt: 'select_account' },
    }
    const options = { loginHint: 'ada@example.com', prompt: 'login' }
    expect(await asked({ preset, options: { flow: 'paste', ...options } })).toEqual({
      redirect_uri,
      scope: 'openid',
      access_type: 'offline',
      login_hint: 'ada@example.com',
      prompt: 'login',
    })
  })

  const withConsent = {
    scopes: ['openid'],
    authorizationParameters: { access_type: 'offline', prompt: 'consent' },
  }
  const forOffline = { scopes: ['openid', 'offline_access'] }
  const JOINED = [
    ['select_account', 'select_account consent'],
    ['login', 'login consent'],
    ['consent', 'consent'],
    ['login consent', 'login consent'],
    // OpenID Connect Core §3.1.2.1: with nothing beside it.
    ['none', 'none'],
  ]
  const sentFor = async (preset: object, prompt: string) =>
    (await asked({ preset, options: { flow: 'paste', prompt } }))?.prompt

  it.each(JOINED)(
    'joins consent where a refresh token comes with that alone, %s: %s',
    async (prompt, sent) => {
      expect(await sentFor(withConsent, prompt)).toBe(sent)
    },
  )

  it.each(JOINED)('joins the consent that offline_access needs (Core §11), %s: %s', async (prompt, sent) => {
    expect(await sentFor(forOffline, prompt)).toBe(sent)
    // Not where the provider is laxer, or it is not asked for.
    expect(await sentFor({ ...forOffline, consentForOffline: false }, prompt)).toBe(prompt)
    expect(await sentFor({ scopes: ['openid'] }, prompt)).toBe(prompt)
  })
})

describe('the listener', () => {
  it('has the address that is registered', async () => {
    const world = begin({
      options: { flow: 'url' },
      preset: { redirectHost: 'localhost', redirectPath: '/back' },
    })
    await world.url
    expect(world.asked[0]?.redirect_uri).toMatch(/^http:\/\/localhost:\d+\/back$/)
  })

  it.each([
    [{}, '--paste'],
    [DEVICE, '--device'],
  ])('finds no free port: told with the other way (%j)', async (metadata, way) => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    const world = begin({ preset: { redirectPorts: [port] }, metadata })
    expect(await toldBy(() => world.result)).toEqual([
      `settings: cannot wait for the browser: port ${port} is in use`,
      `Free a port, name another one that is registered by --port, or: ls-auth login ${way}`,
    ])
    other.close()
  })

  it('a bug in it is no failure of the person', async () => {
    await expect(begin({ preset: { redirectPorts: [70_000] } }).result).rejects.toThrow(RangeError)
  })
})
