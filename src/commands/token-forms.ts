import { authorizationValue } from '../api/request-headers.ts'
import { Failure } from '../errors.ts'

/** A token to print; `expiresAt`: local clock, milliseconds, where it is known. */
export interface PrintedToken {
  readonly token: string
  /** `authorization` of the profile. */
  readonly authorization: string
  /** `authorization_header` of the profile. */
  readonly header: string
  readonly expiresAt: number | undefined
  /** `KUBERNETES_EXEC_INFO`, where kubectl asks. */
  readonly execInfo?: string | undefined
}

/** The forms that other programs read. */
export type ForeignForm = 'exec-credential' | 'bazel' | 'curl-config' | 'headers'

/** A token as another program reads it, with the line end. Failure `settings`: it cannot be written so. */
export function foreignForm(form: ForeignForm, printed: PrintedToken): string {
  const { token, expiresAt } = printed
  const expiry = expiresAt === undefined ? undefined : `${new Date(expiresAt).toISOString().slice(0, 19)}Z`
  switch (form) {
    case 'exec-credential':
      return json({
        apiVersion: execVersion(printed.execInfo),
        kind: 'ExecCredential',
        status: { token, ...(expiry !== undefined && { expirationTimestamp: expiry }) },
      })
    case 'bazel':
      return json({
        headers: { [printed.header]: [headerValue(printed)] },
        ...(expiry !== undefined && { expires: expiry }),
      })
    case 'headers':
      return json({ [printed.header]: headerValue(printed) })
    case 'curl-config':
      return `header = "${quoted(headerLine(printed))}"\n`
  }
}

/** The header as the API wants it. */
export const headerLine = (printed: PrintedToken): string => `${printed.header}: ${headerValue(printed)}`

/** The value of that header, in the scheme of the profile. */
const headerValue = ({ authorization, token }: PrintedToken): string =>
  authorizationValue(authorization.toLowerCase() === 'none' ? 'bearer' : authorization, token)

/**
 * kubectl takes no other version than that of its kubeconfig, which is in KUBERNETES_EXEC_INFO
 * (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#input-and-output-formats).
 */
function execVersion(execInfo = ''): string {
  const older = 'client.authentication.k8s.io/v1beta1'
  return execInfo.includes(`"${older}"`) ? older : 'client.authentication.k8s.io/v1'
}

const json = (value: unknown): string => `${JSON.stringify(value)}\n`

/** As `curl -K` reads a parameter in double quotes (curl(1), --config). */
function quoted(text: string): string {
  if (/[\x00-\x1f\x7f]/.test(text)) {
    throw new Failure('settings', "the token's header has a control character", {
      hint: 'Correct authorization in the profile: ls-auth profile show',
    })
  }
  return text.replace(/["\\]/g, '\\$&')
}
