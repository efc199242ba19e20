import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/**
 * Encrypts with AES-256-GCM (NIST SP 800-38D). Layout: 12 bytes of IV (random for each box), 16 bytes of tag, then the
 * ciphertext. `bound` is the additional authenticated data (AAD): not stored, the same bytes are needed to decrypt.
 */
export function sealBox(content: Buffer | string, key: Buffer, bound: Uint8Array): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(bound)
  const sealed = Buffer.concat([cipher.update(content), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed])
}

/** Decrypts. Undefined: wrong key, other AAD, or a box that was truncated or changed. */
export function openBox(box: Buffer, key: Buffer, bound: Uint8Array): Buffer | undefined {
  // Node accepts a truncated tag as a shorter, weaker one.
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
