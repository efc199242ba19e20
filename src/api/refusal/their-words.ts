import type { HttpAnswer } from '../../ports/http.ts'
import { safeText } from '../../text/safe-text.ts'

/** Marked as their words: a line of theirs may read like one of ours (`hint: …`). */
export const theySay = (text: string): string => `server: ${text}`

/**
 * The API's own message: `{"errors": ["…"]}`, `{"message": "…"}`, `{"error": "…"}`, or the body as it is when it is of another
 * shape. Sanitized and truncated. As it is: the token was redacted in this text, and not in what its escapes stand for.
 */
export function theirWords(answer: HttpAnswer): string[] {
  const text = answer.body.subarray(0, 4096).toString('utf8').trim()
  if (text === '' || text.startsWith('<') || SAYS_NOTHING.test(text)) return []
  const words = knownMessage(text) ?? text.replace(/\s*\n\s*/g, ' ')
  return [theySay(safeText(words, 300))]
}

const SAYS_NOTHING = /^(\{\s*\}|\[\s*\]|"")$/

function knownMessage(text: string): string | undefined {
  try {
    const parsed = JSON.parse(text) as { errors?: unknown; message?: unknown; error?: unknown }
    const first = Array.isArray(parsed.errors) ? parsed.errors[0] : (parsed.message ?? parsed.error)
    return typeof first === 'string' ? first : undefined
  } catch {
    return undefined
  }
}
