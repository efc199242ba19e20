import { describe, expect, it } from 'vitest'
import { safeAddress, shownAddress } from '../../../src/session/flow/device.ts'
import { toldBy } from '../../told.ts'

describe('an address that a person will open', () => {
  it.each(['https://idp.example/a?b=c', 'http://localhost:9400/a', 'http://127.0.0.1/', 'http://[::1]:1/'])(
    '%s is shown',
    (text) => {
      expect(safeAddress(text).href).toBe(text)
      expect(shownAddress(text)).toBe(text)
    },
  )

  it.each([
    'http://idp.example/',
    'idp.example/activate',
    '',
    'ftp://localhost/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://idp.example@evil.example/',
    'https://:secret@evil.example/',
    'http://127.0.0.1.evil.example/',
  ])('%j is refused', async (text) => {
    for (const check of [safeAddress, shownAddress])
      expect(await toldBy(() => check(text))).toEqual([
        'refused: the provider sent an address that ls-auth will not show or open',
        expect.any(String),
        text,
      ])
  })

  it('is quoted without what would drive the terminal, and cut', async () => {
    const [, , detail = ''] = await toldBy(() => safeAddress(`\u001b[2J${'x'.repeat(300)}`))
    expect(detail).not.toContain('\u001b')
    expect(detail.length).toBeLessThan(220)
  })

  it('of more than 2048 characters would fill it', async () => {
    const of = (length: number) => `https://idp.example/${'x'.repeat(length - 20)}`
    expect(shownAddress(of(2_048))).toHaveLength(2_048)
    expect((await toldBy(() => shownAddress(of(2_049))))[0]).toBe(
      'refused: the provider sent an address that is too long: 2049 characters, 2048 at most',
    )
    expect(safeAddress(of(3_000)).href, 'our own may be long').toHaveLength(3_000)
  })
})
