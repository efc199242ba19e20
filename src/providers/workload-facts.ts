import { isObject } from '../json-object.ts'

/** What a proof says about the program that holds it; each undefined where the platform says nothing of it. */
export interface WorkloadFacts {
  readonly repository: string | undefined
  readonly ref: string | undefined
  readonly environment: string | undefined
  readonly role: string | undefined
}

/**
 * The facts that a person knows a workload by, from the claims of its proof: the repository, ref and environment of a CI
 * job, the role of a cloud principal, the service account of a pod. Not sanitized.
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

/** The same in words: `repository acme/app, ref refs/heads/main`; empty where nothing is said. Not sanitized. */
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
