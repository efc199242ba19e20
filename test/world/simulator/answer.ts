import type { Refusal } from './behaviour.ts'

/** What goes back over the wire. */
export interface Answer {
  readonly status: number
  readonly json?: unknown
  readonly page?: string
  readonly location?: string
  readonly headers?: Readonly<Record<string, string>>
}

export const refuse = ({ status, body, headers }: Refusal): Answer => ({
  status,
  ...(body === undefined ? {} : { json: body }),
  ...(headers === undefined ? {} : { headers }),
})

/** RFC 6749 §5.2. */
export const oauthError = (error: string, description?: string, status = 400): Answer => ({
  status,
  json: { error, ...(description === undefined ? {} : { error_description: description }) },
})
