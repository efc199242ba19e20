import { afterEach, describe, expect, it } from 'vitest'
import type { Answer } from '../../world/simulator/answer.ts'
import type { Behaviour } from '../../world/simulator/behaviour.ts'
import { google, googleForDevices } from '../../world/simulator/behaviours/google.ts'
import { keycloak } from '../../world/simulator/behaviours/keycloak.ts'
import { openPlace, type Place } from './place.ts'

/** Providers that quote the request in their error: no secret of it may show, whole, cut short, or encoded. */
let place: Place
afterEach(() => place.close())

const type = (line: string) => place.world.type(line)
const SECRETS = ['refresh_token', 'code', 'code_verifier', 'device_code', 'client_secret', 'token']
const secretsOf = (form: URLSearchParams) =>
  SECRETS.map((name) => [name, form.get(name)] as const).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  )

const MANNERS: [string, (form: URLSearchParams) => string][] = [
  [
    'as it is',
    (form) =>
      secretsOf(form)
        .map(([name, value]) => `${name} ${value} is no good`)
        .join(', '),
  ],
  [
    'in quotation marks',
    (form) =>
      secretsOf(form)
        .map(([, value]) => `"${value}"`)
        .join(', '),
  ],
  ['as the whole form', (form) => form.toString()],
  [
    'cut short',
    (form) =>
      secretsOf(form)
        .map(([name, value]) => `${name} ${value.slice(0, 20)}...`)
        .join(', '),
  ],
  [
    'without its first characters',
    (form) =>
      secretsOf(form)
        .map(([, value]) => `…${value.slice(4)}`)
        .join(', '),
  ],
]

/** What was quoted must not be in the output: no 12 characters of it. */
function expectHidden(stderr: string, sent: URLSearchParams, quoted = true): void {
  const parts = secretsOf(sent).flatMap(([, value]) =>
    Array.from({ length: Math.max(1, value.length - 12) }, (_, at) => value.slice(at, at + 12)),
  )
  expect(parts.length).toBeGreaterThan(5)
  expect(parts.filter((part) => stderr.includes(part) || stderr.includes(encodeURIComponent(part)))).toEqual(
    [],
  )
  expect(stderr.includes('[secret]')).toBe(quoted)
}

describe.each(MANNERS)('an error that quotes what was sent, %s', (_, quote) => {
  let sent = new URLSearchParams()
  const answer = (form: URLSearchParams): Answer => {
    sent = form
    return { status: 400, json: { error: 'weird', error_description: quote(form) } }
  }
  async function signedIn(behaviour: Behaviour): Promise<void> {
    place = await openPlace(behaviour)
    place.world.fastForward = true
    expect((await type('ls-auth login')).exit).toBe(0)
  }

  it.each([keycloak, google])('to a renewal at $id', async (behaviour) => {
    await signedIn({ ...behaviour, refreshPrefix: '1//0e+=' })
    place.pass(behaviour.accessSeconds + 1)
    place.simulator.answerTokensWith(answer)
    for (const line of ['token', 'whoami', 'doctor', 'token --json']) {
      const { stderr, stdout } = await type(`ls-auth ${line}`)
      // whoami goes on with what is stored, and leaves the provider's words out.
      expectHidden(stderr + stdout, sent, line !== 'whoami')
    }
  })

  it.each([
    { id: 'keycloak', behaviour: keycloak, line: 'login' },
    { id: 'google', behaviour: google, line: 'login' },
    { id: 'google', behaviour: googleForDevices, line: 'login --device' },
  ])('to a sign-in at $id by $line', async ({ behaviour, line }) => {
    place = await openPlace(behaviour)
    place.world.fastForward = true
    place.simulator.answerTokensWith(answer)
    expectHidden((await type(`ls-auth ${line}`)).stderr, sent)
  })

  it('as the error code itself', async () => {
    await signedIn(keycloak)
    place.pass(keycloak.accessSeconds + 1)
    place.simulator.answerTokensWith((form) => {
      sent = form
      return { status: 400, json: { error: form.get('refresh_token'), error_description: 'bad' } }
    })
    expectHidden((await type('ls-auth token')).stderr, sent)
  })
})

it('other words of an error stay as they are', async () => {
  place = await openPlace(keycloak)
  const words = 'The client ls-auth-with-a-rather-long-name may not do that: urn:ietf:params:oauth:grant-type'
  place.simulator.answerTokensWith({ status: 400, json: { error: 'weird', error_description: words } })
  expect((await type('ls-auth login')).stderr).toContain(`weird: ${words}`)
})
