import { isObject } from '../json-object.ts' /** Where a program gets the proof of what it is: a JWT that its platform signs (RFC 7523 §3). */
export type ProofSource =
  /** An endpoint of the CI runner; its address and its password are in variables of the job. */
  | {
      readonly kind: 'request'
      readonly name: string
      readonly urlVariable: string
      readonly passwordVariable: string
      /** What to do when the variables are missing. */
      readonly missing: string
    }
  | {
      readonly kind: 'variable'
      readonly name: string
      readonly variable: string
      readonly missing: string
    }
  /** A cloud that signs a token for who can sign a request with its credentials. */
  | { readonly kind: 'cloud'; readonly name: string }
  | { readonly kind: 'file'; readonly name: string; readonly path: string }
  /** The client has credentials of its own. */
  | { readonly kind: 'none'; readonly name: string }

const NAMED: readonly ProofSource[] = [
  {
    // docs.github.com, "OpenID Connect reference": methods for requesting the OIDC token.
    kind: 'request',
    name: 'github',
    urlVariable: 'ACTIONS_ID_TOKEN_REQUEST_URL',
    passwordVariable: 'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
    missing: 'Give the job the permission: permissions: id-token: write',
  },
  {
    // docs.gitlab.com, "ID token authentication": a job names its tokens itself.
    kind: 'variable',
    name: 'gitlab',
    variable: 'LS_AUTH_ID_TOKEN',
    missing: 'Declare it in the job, with its audience: id_tokens: LS_AUTH_ID_TOKEN: aud: …',
  },
  { kind: 'cloud', name: 'aws' },
  { kind: 'none', name: 'none' },
]

/** Every way to write a source, for messages. */
export const SOURCE_FORMS: readonly string[] = [...NAMED.map(({ name }) => name), 'env:NAME', 'file:PATH']

/** The source that a setting names; undefined: there is none of that name. */
export function proofSource(text: string): ProofSource | undefined {
  const variable = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(text)?.[1]
  if (variable !== undefined) return { kind: 'variable', name: text, variable, missing: 'Set it.' }
  const path = /^file:(.+)$/.exec(text)?.[1]
  if (path !== undefined) return { kind: 'file', name: text, path }
  return NAMED.find(({ name }) => name === text)
}

/** Whether the audience of a proof can be asked for; else whoever made it has chosen it. */
export const takesAudience = ({ kind }: ProofSource): boolean => kind === 'request' || kind === 'cloud'

/** What a proof says about the program that holds it; each undefined where the platform says nothing of it. */
interface WorkloadFacts {
  readonly repository: string | undefined
  readonly ref: string | undefined
  readonly environment: string | undefined
  readonly role: string | undefined
}

/**
 * The facts that a person knows a workload by, from its proof: those of a CI job, a cloud principal's role, a pod's service
 * account. Not sanitized.
 */
export function workloadFacts(claims: Readonly<Record<string, unknown>>): WorkloadFacts {
  return {
    // GitHub says `repository`, GitLab `project_path`.
    repository: text(claims.repository) ?? text(claims.project_path),
    ref: text(claims.ref),
    environment: text(claims.environment),
    role: roleOf(claims.sub) ?? serviceAccount(claims['kubernetes.io']),
  }
}

/** The same in words: `repository acme/app, ref refs/heads/main`; may be empty. Not sanitized. */
export const workloadWords = (claims: Readonly<Record<string, unknown>> | undefined): string =>
  Object.entries(workloadFacts(claims ?? {}))
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
    .join(', ')

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** `arn:aws:iam::123456789012:role/TraceReader` and `arn:aws:sts::…:assumed-role/TraceReader/session` → `TraceReader`. */
const roleOf = (sub: unknown): string | undefined =>
  /^arn:[^:]*:(?:iam|sts):.*:(?:role\/(?:.*\/)?|assumed-role\/)([^/]+)/.exec(text(sub) ?? '')?.[1]

/** The claim of a Kubernetes service account token: `namespace/name`. */
function serviceAccount(claim: unknown): string | undefined {
  if (!isObject(claim) || !isObject(claim.serviceaccount)) return undefined
  const [namespace, name] = [text(claim.namespace), text(claim.serviceaccount.name)]
  return namespace && name && `${namespace}/${name}`
}
