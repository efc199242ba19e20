import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/**
 * A sealed box: AES-256-GCM (NIST SP 800-38D) as one run of bytes, 12 of IV (new for each box), 16 of tag, then the
 * ciphertext. `bound` is authenticated and not kept in it: a box opens only beside the very bytes it was sealed with.
 */
export function sealBox(content: Buffer | string, key: Buffer, bound: Uint8Array): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(bound)
  const text = typeof content === 'string' ? cipher.update(content, 'utf8') : cipher.update(content)
  const sealed = Buffer.concat([text, cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed])
}

/** Undefined: another key, other bytes beside it, or a box that was cut or changed. */
export function openBox(box: Buffer, key: Buffer, bound: Uint8Array): Buffer | undefined {
  // A tag that was cut short would be accepted as a shorter, weaker one.
  if (box.length < IV_BYTES + TAG_BYTES) return undefined
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, IV_BYTES))
      .setAAD(bound)
      .setAuthTag(box.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
    return Buffer.concat([decipher.update(box.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}

const IV_BYTES = 12
const TAG_BYTES = 16
