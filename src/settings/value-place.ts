import { Failure } from '../errors.ts'
import { safeText } from '../text/safe-text.ts'
import { systemFault } from './files/system-fault.ts'

/** Where a value is from. */
export interface ValuePlace {
  readonly profile: string
  readonly key: string
  /** A flag, a variable or a file. */
  readonly source: string
  /** The settings files that it may be from. */
  readonly files: { readonly user: string; readonly system: string }
}

/** Judges a value; a Failure says where it is from: whoever meets it may have several profiles, and has not written it perhaps. */
export function judgedAt<T>(place: ValuePlace, check: () => T): T {
  const { profile, key, source, files } = place
  try {
    return check()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const where = `${key} of the profile ${safeText(profile, 60)}, in ${safeText(source, 200)}`
    if (source === files.system) throw systemFault(error, where)
    if (source === files.user) throw error.withDetail(where)
    throw /^LS_AUTH_/.test(source) ? error.withDetail(`it is from ${source}`) : error
  }
}

/** The same where the message names the file already. */
export function judgedIn<T>(profile: string, check: () => T): T {
  try {
    return check()
  } catch (error) {
    throw error instanceof Failure ? error.withDetail(`in the profile ${safeText(profile, 60)}`) : error
  }
}
