import { stat } from 'node:fs/promises'
import { delimiter, resolve } from 'node:path'

/** Windows starts these by cmd.exe alone, which reads their arguments in a way of its own. */
const ENDINGS = ['.bat', '.cmd']

/** Whether a program is typed with its ending, and it is that of a batch file. Windows drops dots and blanks at the end. */
export const isBatchFile = (program: string): boolean => /\.(bat|cmd)[. ]*$/i.test(program)

/**
 * The batch file that cmd.exe would start for a name, on Windows: npm puts programs there as `NAME.cmd`. Like cmd.exe it
 * looks in the working directory, then in PATH. Undefined: there is none.
 */
export async function findBatchFile(
  program: string,
  variables: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const names = isBatchFile(program) ? [program] : ENDINGS.map((ending) => program + ending)
  for (const directory of placesOf(program, variables)) {
    for (const name of names) {
      const path = resolve(directory, name)
      if (await isFile(path)) return path
    }
  }
  return undefined
}

function placesOf(program: string, variables: Readonly<Record<string, string>>): string[] {
  if (/[\\/:]/.test(program)) return ['']
  const [, path = ''] = Object.entries(variables).find(([name]) => /^path$/i.test(name)) ?? []
  return ['', ...path.split(delimiter).filter(Boolean)]
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (facts) => facts.isFile(),
    () => false,
  )
