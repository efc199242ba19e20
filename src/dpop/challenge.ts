/** Header fields of an answer, names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Whether a server refuses a proof for want of its nonce (RFC 9449 §9). */
export const wantsNonce = (headers: AnswerHeaders): boolean =>
  /\bdpop\b.*\berror\s*=\s*"?use_dpop_nonce\b/i.test([headers['www-authenticate']].flat().join(', '))

/** A server's nonce, which stands in proofs as it came: visible ASCII (RFC 9449 §8.1); a longer one is none. */
export function nonceIn(headers: AnswerHeaders): string | undefined {
  const nonce = [headers['dpop-nonce']].flat()[0]
  return nonce !== undefined && /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/.test(nonce) ? nonce : undefined
}
