import { join } from 'node:path'
import { errorCode } from '../errors.ts'
import type { Env, Files, Lock, Ports } from '../ports/ports.ts'
import { requireOwn } from '../storage/atomic-write.ts'

/** Lines that could not be written. */
export interface Lost {
  readonly file: string
  /** The error's code, such as ENOSPC; `refused`: see {@link refuseSudo}. */
  readonly code: string
}

/**
 * Appends one line to the record: one write to the end of the file (O_APPEND), so lines of many processes never mix or wait.
 * Never throws: a full disk or a file that cannot be written stops no command.
 */
export const appendEntry = (
  stateDirectory: string,
  entry: AuditEntry,
  ports: Pick<Ports, 'env' | 'files' | 'lock'>,
): Promise<Lost | undefined> => appendLines(stateDirectory, entryLine(entry), ports)

/**
 * The same for whole lines, by one write, too. `inBackground`: see {@link Files.append}. A machine that has no place for
 * state keeps no record, and nothing counts as lost there.
 */
export async function appendLines(
  stateDirectory: string,
  lines: string,
  ports: Pick<Ports, 'env' | 'files' | 'lock'>,
  inBackground = false,
): Promise<Lost | undefined> {
  const files = await ports.files()
  const bySudo = ports.env.uid === 0 && ports.env.variables.SUDO_UID !== undefined
  let size: number | undefined
  try {
    if (bySudo) await refuseSudo(stateDirectory, files, ports.env)
    size = await append(stateDirectory, Buffer.from(lines), files, inBackground)
  } catch (error) {
    return { file: recordFile(stateDirectory), code: errorCode(error) ?? 'error' }
  }
  // The lock, which stays, would be root's.
  if (size === undefined || size <= MOST_BYTES || bySudo) return undefined
  try {
    await rotate(stateDirectory, files, await ports.lock())
  } catch {
    // The file grows on; the next line tries again.
  }
  return undefined
}

/** By sudo, lines go to an existing record; a new one would be closed to the person who typed it. Failure `refused`. */
async function refuseSudo(stateDirectory: string, files: Files, env: Env): Promise<void> {
  if ((await files.inspect(recordFile(stateDirectory))) !== undefined) return
  await requireOwn([stateDirectory], files, env)
}

/** The size of the file then, in bytes; undefined without a state directory. */
async function append(
  stateDirectory: string,
  lines: Buffer,
  files: Files,
  inBackground: boolean,
): Promise<number | undefined> {
  const file = recordFile(stateDirectory)
  try {
    return await files.append(file, lines, inBackground)
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOTDIR') return undefined
    if (code !== 'ENOENT') throw error
    const noPlace = await files.makeDirectory(stateDirectory).then(() => false, isNoPlace)
    return noPlace ? undefined : files.append(file, lines, inBackground)
  }
}

/** Whether no directory can be there; where one could be, and may not be made, lines are lost. Throws what says the latter. */
function isNoPlace(error: NodeJS.ErrnoException): true {
  if (error.code === 'ENOTDIR' || error.code === 'ENOENT') return true
  throw error
}

/** A request to the API, or a step in the life of a token. */
export type AuditEvent = 'sign-in' | 'renewal' | 'hand-out' | 'request' | 'sign-out'

/** One line of the record. Each name is always there, null where it does not apply. */
export interface AuditEntry {
  /** When it ended: RFC 3339, UTC. */
  readonly time: string
  /** `cli`, `exec`, `proxy`, `mcp`, `mcp-connect` or `mcp-proxy`. */
  readonly way: string
  readonly event: AuditEvent
  /** Null: not known, behind a local proxy that does not say whose token it adds. */
  readonly profile: string | null
  readonly issuer: string | null
  readonly sub: string | null
  /** Id of the token; it leads to the sign-in in the issuer's own log. */
  readonly jti: string | null
  /** Origin of the API that was asked, of a request; null in lines of older versions, too. */
  readonly api: string | null
  /** The tenant, or organization/project, as the settings name it. */
  readonly place: string | null
  readonly method: string | null
  /** Without query. */
  readonly path: string | null
  /** The trace that was read. */
  readonly trace_id: string | null
  /** The span whose trace was asked for, where the request named that: 1 to 16 hex digits. */
  readonly span_id: string | null
  /**
   * HTTP status; of a call of another server's tool `ok`, `error` or `refused`. Null for a request without an answer, or whose
   * answer a signal to us cut off.
   */
  readonly status: number | string | null
  readonly ms: number | null
  readonly reason: string | null
  readonly traceparent: string | null
  /** Name of the program that asked, where it gave one (`mcp`). */
  readonly client: string | null
}

const LONGEST = 500

/** An entry as the line of the record. What came from outside is cut, so that a line stays one small write. */
export const entryLine = (entry: AuditEntry): string => `${JSON.stringify(entry, cut)}\n`

const cut = (_: string, value: unknown): unknown =>
  typeof value === 'string' && value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value

/**
 * Renames each file to the next older one; the oldest is deleted. One process does it. The others continue: with the file open,
 * they still write whole lines into it under its new name. On Windows a file that is being read is not renamed; no command
 * waits for that.
 */
export async function rotate(stateDirectory: string, files: Files, lock: Lock): Promise<void> {
  const unlock = await lock.tryLock(`${recordFile(stateDirectory)}.lock`, 'audit')
  if (unlock === undefined) return
  try {
    const names = recordFiles(stateDirectory)
    // Another process may have done it since this one looked.
    const now = await files.inspect(names.at(-1) as string)
    if (now === undefined || now.size <= MOST_BYTES) return
    for (const [i, older] of names.slice(0, -1).entries()) {
      const name = names[i + 1] as string
      if ((await files.inspect(name)) !== undefined) await files.rename(name, older, true)
    }
  } finally {
    await unlock()
  }
}

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
