import { join } from 'node:path'

/** Bytes from which on a new file is begun. */
export const MOST_BYTES = 10_000_000

/** Old files beside the current one. */
const OLD_FILES = 4

/** The file that lines are appended to. */
export const recordFile = (stateDirectory: string): string => join(stateDirectory, 'audit.jsonl')

/** The files of the record, the oldest first; not all of them need to be there. */
export const recordFiles = (stateDirectory: string): string[] => {
  const file = recordFile(stateDirectory)
  return [...Array.from({ length: OLD_FILES }, (_, i) => `${file}.${OLD_FILES - i}`), file]
}
