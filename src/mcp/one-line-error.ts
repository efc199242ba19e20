import { isObject } from '../json-object.ts'
import { safeText } from '../text/safe-text.ts'

/** Of an answer of JSON-RPC. */
interface RpcError {
  readonly code: number
  readonly message: string
}

const INVALID_PARAMS = -32602
/** Of the faults in one line. */
const MOST = 3

/**
 * The protocol's error in one line. For parameters that do not fit, the kit dumps JSON in many, partly as an error of its own
 * (-32603).
 */
export function oneLineError<E extends RpcError>(error: E): E {
  const issues = issuesIn(error.message)
  if (issues === undefined) return { ...error, message: safeText(error.message, 500) }
  const more = issues.length > MOST ? `; ${issues.length - MOST} more` : ''
  const shown = issues.slice(0, MOST).join('; ')
  return { ...error, code: INVALID_PARAMS, message: safeText(`Invalid params: ${shown}${more}`, 500) }
}

/** `protocolVersion: expected string, received number`, of each member that does not fit. */
function issuesIn(message: string): string[] | undefined {
  const start = message.indexOf('[\n')
  if (start < 0) return undefined
  let issues: unknown
  try {
    issues = JSON.parse(message.slice(start))
  } catch {
    return undefined
  }
  if (!Array.isArray(issues)) return undefined
  return issues.flatMap((issue) => (isObject(issue) ? [issueText(issue)] : []))
}

function issueText({ path, message }: Readonly<Record<string, unknown>>): string {
  const names = Array.isArray(path) ? path.filter((_, i) => i > 0 || path.length === 1) : []
  const what = String(message).replace(/^Invalid input: /, '')
  return names.length === 0 ? what : `${names.join('.')}: ${what}`
}
