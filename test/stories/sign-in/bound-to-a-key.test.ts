import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { mint } from '../../world/canaries.ts'
import type { ProofRules } from '../../world/proof-check.ts'
import { openStage, type Stage } from '../../world/stage.ts'
import { searchWritten } from '../../world/written-files.ts'
import { keyAtRest } from './key-at-rest.ts'

// Tokens that are bound to the key of the sign-in (DPoP), at a gateway that takes no others.

const rules: ProofRules = {}
let stage: Stage
beforeAll(async () => {
  stage = await openStage({ gateway: { proofs: rules } })
})
afterAll(() => stage.close())
afterEach(() => {
  for (const name of Object.keys(rules)) delete rules[name as keyof ProofRules]
  stage.provider.tamper = {}
  delete stage.world.variables.LS_AUTH_TOKEN
})

const type = (line: string) => stage.world.type(line)
const trace = () => type(`ls-auth trace get ${stage.spanId}`)
const boundKey = async () => JSON.parse((await type('ls-auth whoami --json')).stdout).bound_key
const askedOfGateway = async (line: string) => {
  const before = stage.gateway.requests
  const outcome = await type(line)
  return { ...outcome, asked: stage.gateway.requests - before }
}
const renew = () => {
  stage.world.clockOffset += 2 * 3_600_000
}
const inTime = () => {
  stage.world.clockOffset = 0
}

// In this order: the sign-in comes first.
describe.sequential('dpop = true', () => {
  it('a plain sign-in is refused there, and told what to do', async () => {
    expect((await type(stage.login())).exit).toBe(0)
    const { exit, stderr } = await trace()
    expect(exit).toBe(11)
    expect(stderr).toContain('This API requires DPoP. Run: ls-auth profile set dpop true')
  })

  it('switched on, it asks for a new sign-in', async () => {
    const set = await type('ls-auth profile set dpop true')
    expect(set.exit).toBe(0)
    expect(set.stderr).toContain('\nThen: ls-auth login --profile ')
    for (const line of [`ls-auth trace get ${stage.spanId}`, 'ls-auth token', 'ls-auth exec -- true']) {
      const { exit, stderr } = await type(line)
      expect(exit).toBe(line.includes('exec') ? 125 : 2)
      expect(stderr).toContain('has changed: dpop = true is new')
      expect(stderr).toContain('hint: Sign in again: ls-auth login')
      expect(stderr).toContain('to keep using it: unset LS_AUTH_DPOP, or ls-auth profile set dpop false')
    }
  })

  it('signs in, and reads a trace with a proof of its key', async () => {
    const signedIn = await type('ls-auth login')
    expect(signedIn).toMatchObject({ exit: 0, stdout: '' })
    expect(stage.world.opened.at(-1)?.href).toBeDefined()
    const { exit, stdout } = await trace()
    expect({ exit, stdout }).toMatchObject({ exit: 0, stdout: expect.stringContaining('POST /checkout') })
    expect(stage.gateway.log.at(-1)).toMatchObject({ sub: 'alice', status: 200 })
    expect(stage.api.requests.at(-1)?.headers).not.toHaveProperty('dpop')
  })

  it('the key is nowhere in clear: neither in a file nor in the keychain', async () => {
    const { world } = stage
    const { d: key } = (await keyAtRest(world)).proofKey
    mint(key)
    // From here on each command of this file is searched for it, and each file that it writes.
    searchWritten(world.home, new Map())
    for (const item of world.keychain.items.values()) expect(item).not.toContain(key)
  })

  it('whoami shows the key, and that it is ours', async () => {
    const { thumbprint, ours } = await boundKey()
    expect({ thumbprint, ours }).toEqual({ thumbprint: expect.stringMatching(/^[\w-]{43}$/), ours: true })
    const { stdout } = await type('ls-auth whoami')
    expect(stdout).toMatch(new RegExp(`bound key +${thumbprint}, the key of this sign-in`))
  })

  it('a renewal keeps the key', async () => {
    const before = await boundKey()
    const renewals = stage.provider.refreshCount()
    renew()
    expect(await boundKey()).toEqual(before)
    expect(stage.provider.refreshCount()).toBe(renewals + 1)
    inTime()
  })

  it.each(['', '--header', '--json', '--format exec-credential', '--format curl-config'])(
    'token %s is not handed out: it would be refused elsewhere',
    async (flags) => {
      const { exit, stdout, stderr } = await type(`ls-auth token ${flags}`)
      expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
      expect(stderr).toContain('only works with a key that stays in ls-auth')
      expect(stderr).toContain('ls-auth exec --proxy -- CMD')
    },
  )

  it('the API’s nonce is answered once, and kept for the rest of the run', async () => {
    rules.nonce = 'once'
    const { exit, asked } = await askedOfGateway(`ls-auth trace get ${stage.spanId}`)
    expect({ exit, asked }).toEqual({ exit: 0, asked: 2 })
  })

  it('many requests at once are all answered, although the first of them know no nonce', async () => {
    rules.nonce = 'once'
    const ids = join(stage.world.home, 'ids.txt')
    await writeFile(
      ids,
      `${stage.trace.spans
        .map(({ spanId }) => spanId)
        .slice(0, 8)
        .join('\n')}\n`,
    )
    const { exit, stdout, stderr } = await type(`ls-auth trace get --ids ${ids} -o ndjson`)
    expect(exit).toBe(0)
    expect(stderr).not.toContain('failed:')
    expect(stdout).not.toBe('')
  })

  it('a provider that renews without the key is refused, and the sign-in goes on after that', async () => {
    stage.provider.tamper = { tokenResponse: (body) => ({ ...body, token_type: 'Bearer' }) }
    renew()
    const { exit, stderr } = await trace()
    expect(exit).toBe(10)
    expect(stderr).toContain('plain bearer token, although dpop = true')
    stage.provider.tamper = {}
    expect(await boundKey()).toMatchObject({ ours: true })
    inTime()
  })

  it('a provider that gives a plain token at sign-in is refused, and the sign-in before stays', async () => {
    const before = await boundKey()
    stage.provider.tamper = { tokenResponse: (body) => ({ ...body, token_type: 'bearer' }) }
    const { exit, stderr } = await type('ls-auth login')
    expect(exit).toBe(10)
    expect(stderr).toContain('plain bearer token')
    expect(stderr).toContain('nothing was saved')
    stage.provider.tamper = {}
    expect(await boundKey()).toEqual(before)
  })
})

describe('a provider that wants a nonce', () => {
  it('gets it at the sign-in and at each renewal: one request more, and no token is spent for it', async () => {
    const place = await openStage({ provider: { proofNonce: true }, gateway: { proofs: {} } })
    try {
      expect((await place.world.type(place.login('--dpop true'))).exit).toBe(0)
      expect(place.provider.count('POST', '/token', 'authorization_code')).toBe(2)
      const authorization = place.provider.requests.find(({ path }) => path === '/auth')
      expect(authorization?.parameters.get('dpop_jkt')).toMatch(/^[\w-]{43}$/)
      place.world.clockOffset += 2 * 3_600_000
      expect((await place.world.type(`ls-auth trace get ${place.spanId}`)).exit).toBe(0)
      expect(place.provider.count('POST', '/token', 'refresh_token')).toBe(2)
      expect(place.provider.grantsRevoked()).toBe(0)
      place.provider.tamper = {
        intercept: (request, response) => {
          if (request.url !== '/token') return false
          response.writeHead(400, { 'content-type': 'application/json', 'dpop-nonce': `n${Math.random()}` })
          response.end('{"error":"use_dpop_nonce"}')
          return true
        },
      }
      place.world.clockOffset += 2 * 3_600_000
      const endless = await place.world.type(`ls-auth trace get ${place.spanId}`)
      expect(endless.exit).toBe(6)
      expect(endless.stderr).toContain('the provider asks for a new DPoP nonce every time')
      expect(place.provider.count('POST', '/token', 'refresh_token')).toBe(4)
      place.provider.tamper = {}
      expect((await place.world.type(`ls-auth trace get ${place.spanId}`)).exit).toBe(0)
    } finally {
      await place.close()
    }
  })
})

describe('settings that do not go with it', () => {
  it.each([
    ['--authorization X-Token', 'authorization = "X-Token" sends the token in another scheme'],
    ['', 'use_token = "id" sends the ID token'],
  ])('%s', async (flags, says) => {
    await stage.world.writeConfig(
      `[profiles.p]\nissuer = "${stage.provider.issuer}"\nclient_id = "c"\ndpop = true\n${flags ? '' : 'use_token = "id"\n'}`,
    )
    const { exit, stderr } = await type(`ls-auth login ${flags}`)
    expect(exit).toBe(2)
    expect(stderr).toContain(says)
  })
})

it('the token that a thief would have says which key it needs', async () => {
  const place = await openStage({ gateway: { proofs: {} } })
  try {
    await place.world.type(place.login('--dpop true'))
    const raw = JSON.parse((await place.world.type('ls-auth whoami --raw')).stdout)
    expect(raw.access_token.payload.cnf.jkt).toMatch(/^[\w-]{43}$/)
    const stolen = [...place.provider.secrets].find((secret) => {
      try {
        return (decodeJwt(secret) as { cnf?: unknown }).cnf !== undefined
      } catch {
        return false
      }
    })
    const url = `${place.gateway.url}/public/v0.2/acme/projects`
    for (const authorization of [`Bearer ${stolen}`, `DPoP ${stolen}`])
      expect((await fetch(url, { headers: { authorization } })).status).toBe(401)
  } finally {
    await place.close()
  }
})
