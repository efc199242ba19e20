/** The few ASN.1 DER encodings that an X.509 certificate is made of. Each returns a whole tag-length-value. */
function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  const octets = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | octets.length]), octets, content])
}

/** SEQUENCE of the given parts. */
export function sequence(...parts: Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts))
}

/** SET of the given parts. */
export function set(...parts: Buffer[]): Buffer {
  return tlv(0x31, Buffer.concat(parts))
}

/** INTEGER, positive, from its bytes: a leading zero is added where the sign bit would be set. */
export function integer(bytes: Buffer): Buffer {
  return tlv(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

/** BOOLEAN true, the only one worth encoding: false is a default. */
export const TRUE: Buffer = tlv(0x01, Buffer.from([0xff]))

/** OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return tlv(0x06, Buffer.from(bytes))
}

/** UTF8String. */
export function utf8(text: string): Buffer {
  return tlv(0x0c, Buffer.from(text))
}

/** OCTET STRING. */
export function octets(bytes: Buffer): Buffer {
  return tlv(0x04, bytes)
}

/** BIT STRING; `unused` counts the bits at the end that mean nothing. */
export function bits(bytes: Buffer, unused = 0): Buffer {
  return tlv(0x03, Buffer.concat([Buffer.from([unused]), bytes]))
}

/** GeneralizedTime in UTC. */
export function time(date: Date): Buffer {
  return tlv(0x18, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`))
}

/** A context-specific tag around parts (explicit) or instead of their own tag (implicit, `constructed: false`). */
export function tagged(number: number, content: Buffer, constructed = true): Buffer {
  return tlv((constructed ? 0xa0 : 0x80) | number, content)
}
