import { describe, expect, it } from 'vitest'
import { askedSpanId } from '../../src/api/asked-span.ts'

const asked = (path: string) => askedSpanId(new URL(path, 'https://api.example/public/v0.2/acme/'))

describe('the span that the record has for a request', () => {
  it.each([
    ['projects/p/stored-traces?span-id=0123456789abcdef', '0123456789abcdef'],
    ['projects/p/stored-traces?span-id=7', '7'],
    ['projects/p/stored-traces?span-id=00F067AA0BA902B7', '00f067aa0ba902b7'],
  ])('%s: %s', (path, id) => {
    expect(asked(path)).toBe(id)
  })

  it.each([
    ['no id', 'projects/p/stored-traces'],
    ['an empty one', 'projects/p/stored-traces?span-id='],
    ['one that is too long', 'projects/p/stored-traces?span-id=0123456789abcdef0'],
    ['more before the id', 'projects/p/stored-traces?span-id=x0123'],
    ['more behind the id', 'projects/p/stored-traces?span-id=0123%0Ax'],
    ['an id of something else', 'projects/p/snapshots?span-id=0123'],
    ['a path that goes on', 'projects/p/stored-traces/more?span-id=0123'],
  ])('is none where the request has %s', (_, path) => {
    expect(asked(path)).toBeUndefined()
  })
})
