import type { Files } from '../ports/storage.ts'
import type { AuditEntry } from './entry.ts'
import { recordFiles } from './files-of-record.ts'

/** The record as far as it can be read, and how many lines of it could not. */
export interface RecordRead {
  /** As they were appended, the latest last. */
  readonly entries: readonly AuditEntry[]
  readonly damaged: number
}

/** How each line begins; inside of a JSON string its quotes would be escaped. */
const BEGIN = '{"time":"'

/** Reads the record with its old files. Errors of the file system are thrown. */
export async function readRecord(stateDirectory: string, files: Files): Promise<RecordRead> {
  const entries: AuditEntry[] = []
  let damaged = 0
  for (const file of recordFiles(stateDirectory)) {
    const text = (await files.read(file))?.toString('utf8') ?? ''
    for (const line of text.split('\n')) {
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

/** A line of the record; undefined: it is damaged. */
function readEntry(line: string): AuditEntry | undefined {
  let value: Partial<AuditEntry> | null
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  const isEntry =
    typeof value === 'object' && typeof value?.event === 'string' && typeof value.time === 'string'
  if (!isEntry || Number.isNaN(Date.parse(value?.time as string))) return undefined
  return Object.fromEntries(NAMES.map((name) => [name, plain(value?.[name])])) as unknown as AuditEntry
}

/** Somebody may have edited the file. */
const plain = (value: unknown): string | number | null =>
  typeof value === 'string' || typeof value === 'number' ? value : null

const NAMES = [
  'time',
  'way',
  'event',
  'profile',
  'issuer',
  'sub',
  'jti',
  'method',
  'path',
  'trace_id',
  'status',
  'ms',
  'reason',
  'traceparent',
  'client',
] as const satisfies readonly (keyof AuditEntry)[]
