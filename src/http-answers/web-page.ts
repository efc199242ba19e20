import type { HttpAnswer } from '../ports/http.ts'

/** Whether a response is an HTML page, by its Content-Type or the first bytes of its body. */
export function isPage({ headers, body }: HttpAnswer): boolean {
  const type = headers['content-type'] ?? ''
  if (/^(text\/html|application\/xhtml)/i.test(type)) return true
  return /^\s*<(!doctype html|html)[\s>]/i.test(body.subarray(0, 200).toString('latin1'))
}
