import { Failure, type FailureCode } from './errors.ts'

/**
 * Failure: a value is empty. A variable that a script forgot to set must not silently remove an option. `where`: the flag or
 * variable, or file and key.
 */
export function refuseEmpty(code: FailureCode, where: string, value: string): void {
  if (value.trim() !== '') return
  throw new Failure(code, `${where} is empty`, { hint: 'Give it a value, or drop it.' })
}

/** Failure `usage`: a command line is visible to every user of the machine and stays in the shell's history. */
export const tokenOnLine = (command: 'check' | 'whoami'): Failure =>
  new Failure('usage', 'a token on the command line is visible to others', {
    hint: `Pass it on standard input: ls-auth ${command} --token -`,
  })
