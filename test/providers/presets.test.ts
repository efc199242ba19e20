import { describe, expect, it } from 'vitest'
import { textsOf } from '../../src/providers/preset-texts.ts'
import { isProviderId, PRESETS, PROVIDER_IDS } from '../../src/providers/presets.ts'

const presets = Object.values(PRESETS)

describe('presets', () => {
  it('has one row for each name, known by that name', () => {
    expect(Object.keys(PRESETS)).toEqual([...PROVIDER_IDS])
    for (const [id, preset] of Object.entries(PRESETS)) expect(preset.id).toBe(id)
    expect(isProviderId('toString')).toBe(false)
  })

  it.each(presets)('$id keeps the rows consistent', (preset) => {
    expect(preset.offline === 'scope').toBe(preset.scopes.includes('offline_access'))
    expect(Object.keys(preset.authorizationParameters).length > 0).toBe(preset.offline === 'params')
    if (preset.signsIn === 'person') expect(preset.scopes).toContain('openid')
    // An access token that no API of ours can check is not the one to send.
    if (preset.ownTokens.all) expect(preset.useToken).toBe('id')
    expect(preset.publicSecret).toBe(preset.clientAuth !== 'none')
    const { hints, registration } = textsOf(preset.id)
    expect(registration.length).toBeGreaterThanOrEqual(2)
    expect(registration.length).toBeLessThanOrEqual(3)
    expect(preset.leewaySeconds).toBeLessThanOrEqual(300)
    expect(preset.deadRefreshCodes).toContain('invalid_grant')
    expect(preset.deadRefreshCodes.includes('invalid_request')).toBe(preset.id !== 'keycloak')
    for (const host of preset.endpointHosts) expect(host).toMatch(/^(\*\.)?[a-z0-9.-]+$/)
    for (const text of [...registration, ...hints.map((hint) => hint.say)]) {
      // A sentence; one that ends in a command or a URL to copy has no full stop.
      expect(text).toMatch(/^[A-Z-][^\u0000-\u001f]*\S$/)
      expect(text.length).toBeLessThan(260)
    }
  })

  it('never asks Cognito or Google for offline_access, nor Entra to revoke', () => {
    expect(PRESETS.cognito.offline).toBe('implicit')
    expect(PRESETS.google.authorizationParameters).toEqual({ access_type: 'offline', prompt: 'consent' })
    expect(PRESETS.entra.revoke).toEqual([])
  })
})
