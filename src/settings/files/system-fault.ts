import { Failure } from '../../errors.ts'

/** A fault of the system-wide settings file: whoever meets it can seldom fix it. */
export const systemFault = ({ code, message, hint, detail, cause }: Failure, where?: string): Failure =>
  new Failure(code, message, {
    reason: 'system-file',
    hint: `Only an administrator can change that file. ${hint}`,
    detail: where === undefined ? detail : [where],
    cause,
  })
