import { Failure, type FailureCode } from './errors.ts'
import { didYouMean } from './text/near-name.ts'
import { safeText } from './text/safe-text.ts'

/**
 * A value that is none of its fixed choices, as one failure for flags, variables and settings: the choice that was
 * probably meant comes first. `where`: the flag or variable, or file and key.
 */
export const unknownChoice = (
  code: FailureCode,
  where: string,
  value: string,
  choices: readonly string[],
): Failure =>
  new Failure(code, `${where}: "${safeText(value, 80)}" is not known`, {
    hint: `${didYouMean(value, choices)}Choose one of: ${choices.join(', ')}.`,
  })
