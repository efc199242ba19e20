import { Failure, type FailureCode } from './errors.ts'

/**
 * Failure: a value is empty. A variable that a script forgot to set must not silently remove an option. `where`: the flag or
 * variable, or file and key.
 */
export function refuseEmpty(code: FailureCode, where: string, value: string): void {
  if (value.trim() !== '') return
  throw new Failure(code, `${where} is empty`, { hint: 'Give it a value, or leave it out.' })
}
