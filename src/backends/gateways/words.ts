import { safeText } from '../../text/safe-text.ts'
import { shellWord } from '../../text/shell-word.ts'
import type { Refused, SentToken } from './gateway.ts'

/** The message of a server: `message`, `error` or the first of `errors` of a JSON object, else the text. Not sanitized. */
export function messageOf({ json, body }: Pick<Refused, 'json' | 'body'>): string {
  if (json === undefined) return body.trim()
  const { errors, message, error } = json
  const first = [Array.isArray(errors) ? errors[0] : undefined, message, error]
  return first.find((one): one is string => typeof one === 'string')?.trim() ?? ''
}

/** The same as a line of a Failure, marked as theirs. */
export function theySay(refused: Pick<Refused, 'json' | 'body'>): string[] {
  const words = messageOf(refused)
  return words === '' || words.startsWith('<') ? [] : [`server: ${safeText(words, 300)}`]
}

/** Which token was sent and for whom it is, to compare with what the gateway wants. */
export function whatWasSent(sent: SentToken | undefined): string[] {
  if (sent === undefined) return []
  const { use, header, audiences } = sent
  const which =
    use === undefined ? 'the token in LS_AUTH_TOKEN' : `the ${use === 'id' ? 'ID' : 'access'} token`
  const audience =
    audiences.length === 0 ? 'not readable' : audiences.map((one) => safeText(one, 120)).join(' ')
  return [`sent: ${which}, in ${safeText(header, 60)}`, `held audience: ${audience}`]
}

export const nothingSent = ({ href }: URL): string =>
  `This API wants a token, and you sent none. Sign in: ls-auth login ${shellWord(href.replace(/\/$/, ''))}`
