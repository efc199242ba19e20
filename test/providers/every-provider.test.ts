import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { verdictOf } from '../../src/claims/finding.ts'
import { inspectToken, verifyInspected } from '../../src/claims/inspect.ts'
import type { Identity } from '../../src/claims/normalise.ts'
import { judge } from '../../src/claims/policy.ts'
import { detectProvider } from '../../src/providers/detect.ts'
import { hintFor } from '../../src/providers/hints.ts'
import { PRESETS, PROVIDER_IDS, redirectUris } from '../../src/providers/presets.ts'
import { AUTH0_ROW } from './vectors/auth0.ts'
import { COGNITO, GOOGLE } from './vectors/cloud.ts'
import { ENTRA } from './vectors/entra.ts'
import { HOSTED } from './vectors/hosted.ts'
import { OKTA } from './vectors/okta.ts'
import { OTHERS } from './vectors/others.ts'
import { ISSUED, type Row, type TokenVector } from './vectors/row.ts'
import { WORKLOADS } from './vectors/workloads.ts'

/** Each provider's row against its own documentation: known by, preset, tokens read, kinds told, checks, advice. */
const ROWS: readonly Row[] = [...OKTA, ENTRA, COGNITO, GOOGLE, AUTH0_ROW, ...HOSTED, ...OTHERS, ...WORKLOADS]

const keys: Record<string, { privateKey: CryptoKey; jwk: JWK }> = {}
beforeAll(async () => {
  for (const alg of ['RS256', 'ES384']) {
    const { privateKey, publicKey } = await generateKeyPair(alg)
    keys[alg] = { privateKey, jwk: await exportJWK(publicKey) }
  }
})

const sign = (payload: unknown, header: TokenVector['header']) =>
  new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader(header)
    .sign((keys[header.alg] as { privateKey: CryptoKey }).privateKey)

/** The token signed, read with the provider's row, and its signature verified, as `check` does it. */
async function inspected(row: Row, { header, payload, responseScope }: TokenVector) {
  const { claimNames, ownTokens } = PRESETS[row.id]
  const token = await sign(payload, header)
  const read = inspectToken(token, { clientId: row.clientId, claimNames, ownTokens, responseScope })
  const set = { keys: [{ ...keys[header.alg]?.jwk, kid: header.kid }] }
  return verifyInspected(read, set, { issuer: String(payload.iss), now: ISSUED * 1000 })
}

it('has a row for every provider', () => {
  expect(ROWS.map(({ id }) => id).sort()).toEqual([...PROVIDER_IDS].sort())
})

describe.each(ROWS)('$id', (row) => {
  const preset = PRESETS[row.id]

  it.each(row.issuers)('is known by %s', (issuer) => {
    expect(detectProvider(issuer)).toBe(row.id)
  })

  it('has the redirect URIs that its documentation asks for', () => {
    expect(redirectUris(preset)).toEqual(row.registers)
  })

  for (const vector of row.tokens) {
    describe(vector.what, () => {
      it('is told for what it is, and read claim by claim', async () => {
        const { kind, identity } = await inspected(row, vector)
        expect(kind).toBe(vector.kind)
        for (const [concept, says] of Object.entries(vector.says)) {
          const held = identity[concept as keyof Identity]
          const told = held.value === undefined ? held.status : [held.value, held.source]
          expect([concept, told]).toEqual([concept, says])
        }
      })

      it.each(vector.checks)('check %j: %s', async (expected, verdict) => {
        const findings = judge(await inspected(row, vector), expected, (ISSUED + 60) * 1000)
        expect([verdictOf(findings), findings]).toEqual([verdict, findings])
      })

      it('with another key’s signature nothing passes', async () => {
        const { claimNames, ownTokens } = preset
        const token = await sign({ ...vector.payload, sub: 'mallory' }, vector.header)
        const [head, , signature] = (await sign(vector.payload, vector.header)).split('.')
        const forged = [head, token.split('.')[1], signature].join('.')
        const read = inspectToken(forged, {
          clientId: row.clientId,
          claimNames,
          ownTokens,
          responseScope: undefined,
        })
        const set = { keys: [{ ...keys[vector.header.alg]?.jwk, kid: vector.header.kid }] }
        const subject = await verifyInspected(read, set, {
          issuer: String(vector.payload.iss),
          now: ISSUED * 1000,
        })
        expect(judge(subject, {}, ISSUED * 1000).filter(({ verdict }) => verdict === 'pass')).toEqual([])
      })
    })
  }

  const values = {
    issuer: row.issuers[0] as string,
    client: row.clientId,
    redirect: row.registers,
    scopes: preset.scopes,
  }
  it.each(row.hints)('answers %j', (error, advice) => {
    expect(hintFor(row.id, error, values)).toMatch(advice)
  })
})
