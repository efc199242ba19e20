import fc from 'fast-check'
import { expect, it } from 'vitest'
import { tokenMask } from '../../../src/commands/proxy/pass-on.ts'

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.eyJeyJey'

function through(token: string, parts: readonly string[]): string {
  const mask = tokenMask(token)
  if (mask === undefined) return parts.join('')
  return Buffer.concat([...parts.map((part) => mask.push(Buffer.from(part))), mask.end()]).toString()
}

it('finds the token wherever the parts are cut, and changes nothing else', () => {
  const piece = fc.oneof(
    fc.constantFrom(TOKEN, TOKEN.slice(0, 20), TOKEN.slice(20), 'eyJ', 'e'),
    fc.string({ maxLength: 5 }),
  )
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }),
      fc.array(fc.nat(60), { maxLength: 12 }),
      (pieces, cuts) => {
        const text = Buffer.from(pieces.join('')).toString('latin1')
        const parts: string[] = []
        let at = 0
        for (const cut of cuts) {
          parts.push(text.slice(at, at + cut))
          at += cut
        }
        parts.push(text.slice(at))
        const mask = tokenMask(TOKEN)
        const out = Buffer.concat([
          ...parts.map((part) => mask?.push(Buffer.from(part, 'latin1')) ?? Buffer.alloc(0)),
          mask?.end() ?? Buffer.alloc(0),
        ])
        expect(out.toString('latin1')).toBe(text.replaceAll(TOKEN, 'x'.repeat(TOKEN.length)))
      },
    ),
  )
})

it.each([TOKEN, 'abcabcabcabcabca', 'aaaaaaaaaaaaaaab'])(
  'cut anywhere, into two, three or single bytes: %s',
  (token) => {
    const text = `<${token}${token.slice(0, -1)}${token}>`
    const masked = text.replaceAll(token, 'x'.repeat(token.length))
    expect(through(token, [...text])).toBe(masked)
    for (let first = 0; first <= text.length; first += 1)
      for (let second = first; second <= text.length; second += 1) {
        const parts = [text.slice(0, first), text.slice(first, second), text.slice(second)]
        if (through(token, parts) !== masked) expect.fail(`${parts.join(' | ')}: ${through(token, parts)}`)
      }
  },
)

it('holds nothing back that is no beginning of the token', () => {
  const mask = tokenMask(TOKEN)
  expect(mask?.push(Buffer.from('all of it')).toString()).toBe('all of it')
})

it('one of four characters is looked for, a shorter one is not', () => {
  expect(through('abcd', ['xx ab', 'cd yy'])).toBe('xx xxxx yy')
  expect(through('abc', ['abcdef'])).toBe('abcdef')
})
