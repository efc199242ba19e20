import { createCipheriv, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openBox, sealBox } from '../../../src/session/store/sealed-box.ts'

const key = randomBytes(32)
const bound = Buffer.from('beside it')

describe('a sealed box', () => {
  it.each(['', 'a', 'ä€😀'.repeat(1000)])('gives back what was put in: %#', (text) => {
    expect(openBox(sealBox(text, key, bound), key, bound)?.toString()).toBe(text)
    expect(openBox(sealBox(Buffer.from(text), key, bound), key, bound)?.toString()).toBe(text)
  })

  it('is 12 bytes of IV, 16 of tag, then the ciphertext: files of 0.1 depend on it', () => {
    const iv = Buffer.alloc(12, 7)
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(bound)
    const sealed = Buffer.concat([cipher.update('content'), cipher.final()])
    const box = Buffer.concat([iv, cipher.getAuthTag(), sealed])
    expect(openBox(box, key, bound)?.toString()).toBe('content')
    expect(sealBox('content', key, bound)).toHaveLength(box.length)
  })

  it('never uses an IV twice', () => {
    const ivs = Array.from({ length: 100 }, () => sealBox('', key, bound).subarray(0, 12).toString('hex'))
    expect(new Set(ivs).size).toBe(100)
  })

  it('does not open by another key, beside other bytes, or when a bit of it was changed', () => {
    const box = sealBox('content', key, bound)
    expect(openBox(box, randomBytes(32), bound)).toBeUndefined()
    expect(openBox(box, key, Buffer.from('beside that'))).toBeUndefined()
    for (let at = 0; at < box.length; at++) {
      const changed = Buffer.from(box)
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
      expect(openBox(changed, key, bound), `byte ${at}`).toBeUndefined()
    }
  })

  it.each(['content', ''])('does not open when it was cut anywhere, not even in its tag: %j', (content) => {
    const box = sealBox(content, key, bound)
    for (let length = 0; length < box.length; length++)
      expect(openBox(box.subarray(0, length), key, bound), `${length} bytes`).toBeUndefined()
  })
})
