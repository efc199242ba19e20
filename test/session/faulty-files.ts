import { basename } from 'node:path'
import type { Files } from '../../src/ports/ports.ts'
import { realFiles } from '../../src/system/files/files.ts'

/** A file system that fails at chosen calls, as a full, broken or exhausted one does. */
export interface FaultyFiles extends Files {
  /** Every call since `arm`, as `operation name`; the process id is left out of temporary names. */
  readonly calls: string[]
  /** From now on the nth call (from 1) fails with `code`: that one alone, or with every later one that could write. */
  arm(n: number, code: string, lasting?: boolean): void
}

const WRITES = ['create', 'rename', 'remove', 'makeDirectory', 'syncDirectory']

export function faultyFiles(): FaultyFiles {
  const calls: string[] = []
  let fault = { n: 0, code: '', lasting: false }
  const arm = (n: number, code: string, lasting = false) => {
    calls.length = 0
    fault = { n, code, lasting }
  }
  const faulty = Object.fromEntries(
    Object.entries(realFiles as unknown as Record<string, (...args: unknown[]) => unknown>).map(
      ([operation, real]) => [
        operation,
        async (...args: unknown[]) => {
          calls.push(`${operation} ${basename(String(args[0])).replace(String(process.pid), 'PID')}`)
          const { n, code, lasting } = fault
          if (calls.length === n || (lasting && n > 0 && calls.length > n && WRITES.includes(operation)))
            throw Object.assign(new Error(`${code}: injected`), { code })
          return real(...args)
        },
      ],
    ),
  )
  return { ...(faulty as unknown as Files), calls, arm }
}
