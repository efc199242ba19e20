import { afterEach, describe, expect, it } from 'vitest'
import type { Behaviour } from '../../world/simulator/behaviour.ts'
import { auth0 } from '../../world/simulator/behaviours/auth0.ts'
import { cognito } from '../../world/simulator/behaviours/cognito.ts'
import { dex } from '../../world/simulator/behaviours/dex.ts'
import { google } from '../../world/simulator/behaviours/google.ts'
import { oktaRotating } from '../../world/simulator/behaviours/okta.ts'
import { BEHAVIOURS } from '../../world/simulator/behaviours.ts'
import { challengeOf } from '../../world/simulator/minting.ts'
import { type Simulator, startSimulator } from '../../world/simulator/simulator.ts'

/** The simulator is only worth something if it refuses what the real ones refuse. */

let simulator: Simulator
afterEach(() => simulator.close())

const VERIFIER = 'v'.repeat(43)
const REDIRECTS: Record<string, { taken: string[]; refused: string[] }> = {
  okta: {
    taken: ['http://127.0.0.1:8765/callback'],
    refused: ['http://127.0.0.1:8766/callback', 'http://localhost:8765/callback'],
  },
  entra: {
    taken: ['http://localhost:1234', 'http://localhost:5678/'],
    refused: ['http://127.0.0.1:1234', 'http://localhost:1234/callback'],
  },
  cognito: {
    taken: ['http://localhost:8765/callback'],
    refused: ['http://127.0.0.1:8765/callback', 'http://localhost:8765/callback/'],
  },
  google: {
    taken: ['http://127.0.0.1:9/x', 'http://localhost:10'],
    refused: ['http://[::1]:9/x', 'https://127.0.0.1/x'],
  },
  auth0: { taken: ['http://127.0.0.1:8765/callback'], refused: ['http://127.0.0.1:8765/'] },
  keycloak: {
    taken: ['http://127.0.0.1:1/callback', 'http://localhost:2/callback'],
    refused: ['http://[::1]:1/callback', 'http://127.0.0.1:1/other'],
  },
  dex: { taken: ['http://127.0.0.1:1/any', 'http://[::1]:2/callback'], refused: ['http://host.example/any'] },
}

async function discovered(behaviour: Behaviour): Promise<Record<string, string>> {
  simulator = await startSimulator(behaviour)
  const url = `${simulator.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  return (await fetch(url)).json() as Promise<Record<string, string>>
}

async function authorize(metadata: Record<string, string>, change: Record<string, string> = {}) {
  const url = new URL(metadata.authorization_endpoint ?? '')
  const redirect = REDIRECTS[simulator.behaviour.id]?.taken[0] as string
  const asked = {
    client_id: simulator.behaviour.clientId,
    redirect_uri: redirect,
    response_type: 'code',
    scope: simulator.behaviour.offline === 'offline_access' ? 'openid offline_access' : 'openid',
    access_type: 'offline',
    state: 's',
    code_challenge: challengeOf(VERIFIER),
    code_challenge_method: 'S256',
    ...change,
  }
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
  const answer = await fetch(url, { redirect: 'manual' })
  const location = answer.headers.get('location')
  return { status: answer.status, back: location === null ? undefined : new URL(location).searchParams }
}

async function post(metadata: Record<string, string>, form: Record<string, string>) {
  const secret = simulator.behaviour.publicSecret
  const answer = await fetch(metadata.token_endpoint ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      client_id: simulator.behaviour.clientId,
      ...(secret === undefined ? {} : { client_secret: secret }),
      ...form,
    }),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}

async function exchange(metadata: Record<string, string>, form: Record<string, string> = {}) {
  const { back } = await authorize(metadata)
  const redirect = REDIRECTS[simulator.behaviour.id]?.taken[0] as string
  const code = back?.get('code') as string
  const grant = { grant_type: 'authorization_code', redirect_uri: redirect, code_verifier: VERIFIER, code }
  return post(metadata, { ...grant, ...form })
}

describe.each(BEHAVIOURS)('the simulated $id', (behaviour) => {
  it('sends its answer only where its own rule allows', async () => {
    const metadata = await discovered(behaviour)
    const { taken, refused } = REDIRECTS[behaviour.id] as { taken: string[]; refused: string[] }
    for (const uri of taken) {
      expect([uri, (await authorize(metadata, { redirect_uri: uri })).status]).toEqual([uri, 302])
    }
    for (const uri of refused) {
      expect([uri, (await authorize(metadata, { redirect_uri: uri })).status]).toEqual([uri, 400])
    }
  })

  it('checks PKCE, the redirect URI and that a code is used once', async () => {
    const metadata = await discovered(behaviour)
    expect((await authorize(metadata, { code_challenge: '' })).back?.get('error')).toBe('invalid_request')
    expect((await exchange(metadata, { code_verifier: 'w'.repeat(43) })).status).toBe(400)
    expect((await exchange(metadata, { redirect_uri: 'http://127.0.0.1:1/else' })).status).toBe(400)
    const code = (await authorize(metadata)).back?.get('code') as string
    expect((await exchange(metadata, { code })).status).toBe(200)
    expect((await exchange(metadata, { code })).status).toBe(400)
  })

  it('wants no secret but its own', async () => {
    const metadata = await discovered(behaviour)
    expect((await exchange(metadata, { client_secret: 'made-up' })).body.error).toBe('invalid_client')
  })

  it('gives a refresh token that works, and calls a dead one what the real one calls it', async () => {
    const metadata = await discovered(behaviour)
    const { body } = await exchange(metadata)
    const refresh = (token: string | undefined) =>
      post(metadata, { grant_type: 'refresh_token', refresh_token: token ?? '' })
    expect((await refresh(body.refresh_token)).status).toBe(200)
    const { status, body: said } = await refresh('unknown')
    expect({ status, body: said }).toEqual(behaviour.deadRefresh)
  })
})

describe('rotation', () => {
  const rotate = async (behaviour: Behaviour) => {
    const metadata = await discovered(behaviour)
    const first = (await exchange(metadata)).body.refresh_token as string
    const refresh = async (token: string) =>
      post(metadata, { grant_type: 'refresh_token', refresh_token: token })
    const second = (await refresh(first)).body.refresh_token as string
    return { first, second, refresh }
  }

  it('with an overlap: the old one works for so long, then its use ends the whole sign-in', async () => {
    const { first, second, refresh } = await rotate(oktaRotating)
    // Seconds of a busy machine pass as well.
    simulator.advance(20)
    expect((await refresh(first)).status).toBe(200)
    simulator.advance(11)
    expect((await refresh(first)).status).toBe(400)
    expect((await refresh(second)).status).toBe(400)
    expect(simulator.liveRefreshTokens).toBe(0)
  })

  it('without one: a second use at once ends it', async () => {
    const { first, second, refresh } = await rotate(auth0)
    expect((await refresh(first)).status).toBe(403)
    expect((await refresh(second)).status).toBe(403)
  })

  it('at every use, without a family: only the old one is dead', async () => {
    const { first, second, refresh } = await rotate(dex)
    expect((await refresh(first)).body.error).toBe('invalid_request')
    expect((await refresh(second)).status).toBe(200)
  })

  it('none: the answer brings no refresh token', async () => {
    for (const behaviour of [cognito, google]) {
      const { second } = await rotate(behaviour)
      expect(second).toBeUndefined()
      await simulator.close()
    }
  })
})

describe('metadata', () => {
  it('have the gaps of the real ones', async () => {
    expect(await discovered(cognito)).not.toHaveProperty('device_authorization_endpoint')
    await simulator.close()
    const { entra } = await import('../../world/simulator/behaviours/entra.ts')
    const metadata = await discovered(entra)
    for (const gap of ['code_challenge_methods_supported', 'revocation_endpoint', 'introspection_endpoint'])
      expect(metadata).not.toHaveProperty(gap)
    await simulator.close()
    expect((await discovered(auth0)).issuer).toMatch(/\/$/)
  })
})
