/** A number as JSON writes it (RFC 8259 §6); zeros before it do no harm. */
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i
/** Beyond, a number is infinite or zero. */
const MOST_EXPONENT = 308

/**
 * The number without an exponent, which the languages of back ends may not know: `5e2` → `500`. Undefined: this is none, or none
 * of 64 bits.
 */
export function plainNumber(text: string): string | undefined {
  const [, sign = '', whole = '', fraction = '', exponent] = NUMBER.exec(text) ?? []
  if (whole === '') return undefined
  if (exponent === undefined) return text
  if (!Number.isFinite(Number(text))) return undefined
  const shift = Number(exponent)
  if (Math.abs(shift) > MOST_EXPONENT) return undefined
  const point = whole.length + shift
  const digits = `${'0'.repeat(Math.max(0, 1 - point))}${whole}${fraction}`.padEnd(point, '0')
  const at = Math.max(1, point)
  const [before, after] = [digits.slice(0, at).replace(/^0+(?=\d)/, ''), digits.slice(at)]
  return `${sign}${before}${after === '' ? '' : `.${after}`}`
}
