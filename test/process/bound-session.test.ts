import { setTimeout } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Gateway, startGateway } from '../world/gateway.ts'
import { type Machine, openMachine } from '../world/machine.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { SCOPES } from '../world/stage.ts'
import { startTraceApi, type TraceApi } from '../world/trace-api.ts'
import { fileStore, loginArgs, signIn } from './sign-in.ts'

const API_KEY = 'key-of-the-api'
const PROCESSES = 10

let provider: Provider
let api: TraceApi
let gateway: Gateway
let machine: Machine
beforeAll(async () => {
  provider = await startProvider()
  api = await startTraceApi({ apiKey: API_KEY })
  const audience = { audience: 'api://traces', scope: 'traces:read', proofs: {} }
  gateway = await startGateway({ ...audience, issuer: provider.issuer, upstream: api.url, apiKey: API_KEY })
  machine = await openMachine()
})
afterAll(() => Promise.all([provider.close(), api.close(), gateway.close(), machine.close()]))

/** The keys that the access tokens of the provider were bound to so far. */
const keysOfTokens = () =>
  new Set(
    [...provider.secrets].flatMap((secret) => {
      const parts = secret.split('.').length
      const { cnf } = (parts === 3 ? decodeJwt(secret) : {}) as { cnf?: { jkt: string } }
      return cnf ? [cnf.jkt] : []
    }),
  )

it('ten processes that find a bound token expired renew it once, and all are let in by the same key', async () => {
  provider.tamper = {
    tokenResponse: (body, grantType) => (grantType === 'refresh_token' ? body : { ...body, expires_in: 1 }),
  }
  const settings = ['--api', gateway.url, '--organization', 'acme', '--project', 'prod', '--scope', SCOPES]
  const { ended } = await signIn(machine, [
    ...loginArgs(provider),
    ...fileStore(machine),
    ...settings,
    '--dpop',
    'true',
  ])
  expect(ended).toMatchObject({ exit: 0, stdout: '' })
  await setTimeout(1_000)
  const line = ['api', '/public/v0.2/acme/projects']
  const runs = await Promise.all(Array.from({ length: PROCESSES }, () => machine.run(line)))
  expect(runs.map(({ exit }) => exit)).toEqual(Array(PROCESSES).fill(0))
  expect(provider.refreshCount()).toBe(1)
  expect(keysOfTokens().size).toBe(1)
  expect(provider.grantsRevoked()).toBe(0)
})
