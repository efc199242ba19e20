import type { Http, HttpAnswer } from '../../ports/http.ts'
import type { Clock } from '../../ports/ports.ts'
import { isPerhapsUnreached, isThrottled, readStsAnswer } from '../../providers/sts-answer.ts'

/** What is asked of STS. */
export interface RoleRequest {
  readonly roleArn: string
  readonly sessionName: string
  /** Undefined: an hour, the default of STS. */
  readonly durationSeconds: number | undefined
  /** The JWT. It goes into the body alone: STS would take it from a query, too, which servers log. */
  readonly token: string
}

const MOST_BYTES = 64 * 1024
/** Waits before the second and the third try, milliseconds. */
const WAITS = [500, 1500] as const

/**
 * Sends `AssumeRoleWithWebIdentity`, which is not signed: the token is the proof. Tried again while AWS cannot reach the
 * identity provider, is asked too often or has trouble of its own; asking twice does no harm. Failures: `network`, `refused` (TLS).
 */
export async function assumeRole(
  url: URL,
  { roleArn, sessionName, durationSeconds, token }: RoleRequest,
  http: Http,
  clock: Clock,
): Promise<HttpAnswer> {
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    ...(durationSeconds !== undefined && { DurationSeconds: String(durationSeconds) }),
    WebIdentityToken: token,
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
  for (let attempt = 0; ; attempt++) {
    const answer = await http.send({ method: 'POST', url, headers, body, maxBytes: MOST_BYTES })
    const wait = WAITS[attempt]
    if (wait === undefined || !mayPass(answer)) return answer
    await clock.sleep(wait)
  }
}

function mayPass(answer: HttpAnswer): boolean {
  const said = readStsAnswer(answer)
  return 'status' in said && (said.status >= 500 || isThrottled(said) || isPerhapsUnreached(said))
}
