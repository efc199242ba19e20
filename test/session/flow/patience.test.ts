import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Preset } from '../../../src/providers/preset.ts'
import { PRESETS } from '../../../src/providers/presets.ts'
import type { Attempt } from '../../../src/session/flow/attempt.ts'
import { limitWait } from '../../../src/session/flow/browser-flow.ts'
import { told } from '../../told.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function wait(redirectPorts: 'any' | readonly number[], metadata: object = {}, own: Partial<Preset> = {}) {
  const heard: string[] = []
  const attempt = {
    client: {
      clientId: 'cli\u001b',
      preset: {
        ...PRESETS.generic,
        redirectHost: '127.0.0.1',
        redirectPath: '/callback',
        redirectPorts,
        ...own,
      },
    },
    provider: { metadata },
    dialog: { tell: (line: string) => heard.push(line) },
  } as unknown as Attempt<unknown>
  return { heard, ...limitWait(attempt, 8_766) }
}

const REGISTERED = [
  'client id     cli\\u{1b}',
  'redirect URI  http://127.0.0.1:8765/callback',
  'redirect URI  http://127.0.0.1:8766/callback',
]

describe('the wait for the browser', () => {
  it('tells after 20 s what the provider must know, once', () => {
    const { heard } = wait([8_765, 8_766])
    vi.advanceTimersByTime(19_999)
    expect(heard).toEqual([])
    vi.advanceTimersByTime(1)
    const note = [
      'Nothing has come back yet. If the page complains of the client or the redirect URI, register this at the provider:',
      ...REGISTERED.map((line) => `  ${line}`),
      'Is another client or port registered there? Name it: ls-auth login --client-id ID --port N',
    ].join('\n')
    expect(heard).toEqual([note])
    vi.advanceTimersByTime(300_000)
    expect(heard).toHaveLength(1)
  })

  it('tells the kind of client where no redirect URI is registered', () => {
    const { heard } = wait('any', {}, PRESETS.google)
    vi.advanceTimersByTime(20_000)
    expect(heard[0]).toContain('OAuth client ID of the type "Desktop app"; it needs no redirect URI.\n')
    expect(heard[0]).not.toContain('http')
    expect(wait('any', {}, PRESETS.keycloak).heard.join()).not.toContain('Desktop')
  })

  it('names the port of this time where any will do', () => {
    const { heard } = wait('any')
    vi.advanceTimersByTime(20_000)
    expect(heard[0]).toContain('  redirect URI  http://127.0.0.1/callback (port 8766 this time)\n')
  })

  it.each([
    [{}, '--paste'],
    [{ device_authorization_endpoint: 'https://idp.example/device' }, '--device'],
  ])('ends after 5 minutes with what to register and the other way: %j', (metadata, way) => {
    const { signal } = wait([8_765, 8_766], metadata)
    vi.advanceTimersByTime(299_999)
    expect(signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(told(signal.reason)).toEqual([
      'timed-out: no answer from the browser within 5 minutes',
      `If the page spoke of the client or the redirect URI, register what is below. Where another one is registered, name it: ls-auth login --client-id ID --port N. Without a browser: ls-auth login ${way}`,
      ...REGISTERED,
    ])
  })

  it('is silent once it is over', () => {
    const { heard, signal, end } = wait('any')
    end()
    vi.advanceTimersByTime(600_000)
    expect([heard, signal.aborted]).toEqual([[], false])
    expect(vi.getTimerCount()).toBe(0)
  })
})
