import { type BigIntStats, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectNoSecret } from './canaries.ts'

/** The files below a directory, with what tells that one was written. */
export type Snapshot = ReadonlyMap<string, string>

const LARGEST = 32 * 1024 * 1024

export function snapshot(directory: string): Snapshot {
  const found = new Map<string, string>()
  const walk = (at: string): void => {
    for (const entry of entriesOf(at)) {
      const path = join(at, entry.name)
      if (entry.isDirectory()) walk(path)
      else if (entry.isFile()) found.set(path, stateOf(path))
    }
  }
  walk(directory)
  return found
}

/** Searches the files that were written since; the others are those that a test has put there itself. */
export function searchWritten(directory: string, before: Snapshot): void {
  for (const [path, state] of snapshot(directory)) {
    if (before.get(path) === state) continue
    expectNoSecret(`the file ${path}`, contentOf(path))
  }
}

// A file can be gone, or closed to us, by the time it is looked at.
function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch {
    return []
  }
}

function stateOf(path: string): string {
  try {
    const { mtimeNs, ino, size }: BigIntStats = lstatSync(path, { bigint: true })
    return `${mtimeNs} ${ino} ${size}`
  } catch {
    return ''
  }
}

function contentOf(path: string): string {
  try {
    return lstatSync(path).size > LARGEST ? '' : readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

/** The files below a directory that hold a text. */
export const filesWith = (directory: string, text: RegExp): string[] =>
  [...snapshot(directory).keys()].filter((path) => text.test(contentOf(path)))
