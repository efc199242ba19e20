import { errorCode, Failure } from '../errors.ts'
import type { Files } from '../ports/ports.ts'
import { type AuditEntry, recordFiles } from './record.ts'

/** The record as far as it can be read, and how many lines of it could not. */
export interface RecordRead {
  /** In the order of writing, the latest last. */
  readonly entries: readonly AuditEntry[]
  readonly damaged: number
}

/** How each line begins; inside of a JSON string its quotes would be escaped. */
const BEGIN = '{"time":"'

/** Reads the record with its old files. Failure `storage`, with the name of the file, where one cannot be read. */
export async function readRecord(stateDirectory: string, files: Files): Promise<RecordRead> {
  const entries: AuditEntry[] = []
  let damaged = 0
  for (const bytes of await readFiles(recordFiles(stateDirectory), files)) {
    for (const line of bytes.toString('utf8').split('\n')) {
      if (line === '') continue
      const whole = readEntry(line)
      if (whole === undefined) damaged += 1
      // Behind half a line of a full disk stands the next one, which is good.
      const entry = whole ?? readEntry(line.slice(Math.max(0, line.lastIndexOf(BEGIN))))
      if (entry !== undefined) entries.push(entry)
    }
  }
  return { entries, damaged }
}

/**
 * The content of the files, the oldest first. They are read from the newest on: another process may rename each to the next
 * older one in between, and the rest then stays ahead. The file that was read last may come again, with more lines at its end.
 */
async function readFiles(names: readonly string[], files: Files): Promise<readonly Buffer[]> {
  const read: Buffer[] = []
  for (const name of names.toReversed()) {
    const bytes = await files.read(name).catch((cause) => {
      throw unreadable(name, cause)
    })
    if (bytes === undefined || bytes.length === 0) continue
    const newer = read[0]
    if (newer !== undefined && bytes.subarray(0, newer.length).equals(newer)) read.shift()
    read.unshift(bytes)
  }
  return read
}

const unreadable = (file: string, cause: unknown): Failure =>
  new Failure('storage', `cannot read ${file} (${errorCode(cause) ?? 'error'})`, {
    hint: 'Make it a file that you can read, then try again.',
    cause,
  })

/** A line of the record; undefined: it is damaged. A person may have edited the file. */
function readEntry(line: string): AuditEntry | undefined {
  let value: Partial<Record<keyof AuditEntry, unknown>> | null
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { event, time } = value
  if (typeof event !== 'string' || typeof time !== 'string' || Number.isNaN(Date.parse(time)))
    return undefined
  const entry = NAMES.map((name) => [name, value[name] ?? null] as const)
  if (!entry.every(([name, member]) => isAsWritten(name, member))) return undefined
  return Object.fromEntries(entry) as unknown as AuditEntry
}

const isAsWritten = (name: keyof AuditEntry, member: unknown): boolean =>
  member === null ||
  typeof member === (name === 'status' || name === 'ms' ? 'number' : 'string') ||
  (name === 'status' && OF_A_TOOL.includes(member))

/** How a call of another server's tool ended. */
const OF_A_TOOL: readonly unknown[] = ['ok', 'error', 'refused']

const NAMES = [
  'time',
  'way',
  'event',
  'profile',
  'issuer',
  'sub',
  'jti',
  'api',
  'place',
  'method',
  'path',
  'trace_id',
  'span_id',
  'status',
  'ms',
  'reason',
  'traceparent',
  'client',
] as const satisfies readonly (keyof AuditEntry)[]
