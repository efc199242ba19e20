import { afterAll, beforeAll } from 'vitest'
import { type ApacheGateway, startApache, type Variables } from '../apache.ts'
import { type Answer, type Message, send } from '../send.ts'
import { type Signer, startTokenIssuer, type TokenIssuer } from '../token-issuer.ts'
import { startUpstream, type Upstream } from '../upstream.ts'
import { API_KEY } from './fixture.ts'

/** The audience of workloads' tokens, as shipped in `variables.conf`. */
export const AUDIENCE = 'https://traces-gw.acme.example'

/** What the second gateway of these suites admits. */
export const RULES = `
# one branch and environment of one repository
repository=acme/app ref=refs/heads/main environment=prod
repository=acme/tools repository_owner_id=42
repository=acme/space environment="prod eu"
  project_path=acme/lab\tref_protected=true
sub=system:serviceaccount:ops:trace-reader
`

/** Claims of a job that the first of the rules admits, as GitHub has them. */
const JOB = {
  sub: 'repo:acme/app:environment:prod',
  aud: AUDIENCE,
  scope: undefined,
  groups: undefined,
  client_id: undefined,
  repository: 'acme/app',
  repository_owner: 'acme',
  ref: 'refs/heads/main',
  environment: 'prod',
}

/** A gateway that trusts one issuer for people and one for workloads. */
export interface TwoIssuers {
  readonly people: TokenIssuer
  readonly workloads: TokenIssuer
  readonly upstream: Upstream
  readonly gateway: ApacheGateway
  /** A token of a job that is admitted, with these claims on top. */
  job(claims?: Record<string, unknown>, signer?: Signer): Promise<string>
  send(path: string, message?: Message): Promise<Answer>
}

/** How it differs from an ordinary one. */
interface Options {
  rules?: string
  variables?: Variables
  /** The metadata of the workloads' issuer bear the name of the people's. */
  isPretender?: boolean
  /** The second issuer is there, but no variable names it. */
  isOff?: boolean
  /** A person's token is taken with a proof of its key alone. */
  proofs?: boolean
}

/** One gateway for all tests of a suite; its members exist from the first test on. */
export function twoIssuers({
  rules = RULES,
  variables,
  isPretender,
  isOff,
  proofs,
}: Options = {}): TwoIssuers {
  const parts: Partial<TwoIssuers> = {}
  beforeAll(async () => {
    const people = await startTokenIssuer({ credulousIntrospection: true })
    const workloads = await startTokenIssuer({
      credulousIntrospection: true,
      ...(isPretender && { pretendedIssuer: people.issuer }),
    })
    const upstream = await startUpstream()
    const gateway = await startApache({
      issuer: people.issuer,
      upstream: upstream.url,
      apiKey: API_KEY,
      rules,
      ...(proofs && { proofs }),
      variables: { ...(!isOff && { GW_WORKLOAD_ISSUER: workloads.issuer }), ...variables },
    })
    Object.assign(parts, { people, workloads, upstream, gateway })
  })
  afterAll(async () => {
    await parts.gateway?.close()
    await Promise.all([parts.upstream?.close(), parts.people?.close(), parts.workloads?.close()])
  })
  const started = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('the suite has not started yet')
    return part
  }
  return {
    get people() {
      return started(parts.people)
    },
    get workloads() {
      return started(parts.workloads)
    },
    get upstream() {
      return started(parts.upstream)
    },
    get gateway() {
      return started(parts.gateway)
    },
    job: (claims, signer) => started(parts.workloads).mint({ ...JOB, ...claims }, signer),
    send: (path, message) => send(started(parts.gateway).url, path, message),
  }
}
