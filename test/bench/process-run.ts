import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A command that is measured as a whole process, its standard output a pipe that is read to the end. */
export interface Subject {
  /** As in the table: `ls-auth, JSON`, `jq`. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Replaces the environment. */
  readonly env?: NodeJS.ProcessEnv
  /** How many run at once, 1 by default; the time is until the last has ended. */
  readonly copies?: number
  /** All of its standard input; without, there is none. */
  readonly stdin?: string
  /** Exit status that counts as done, 0 by default. */
  readonly exit?: number
  /** It prints nothing when all is well (`node -e 0`); otherwise empty output is a failure. */
  readonly silent?: boolean
  /** Put things as they were; its time is not counted. */
  readonly before?: () => Promise<void> | void
}

/** Runs a subject once. Milliseconds from the start of the process to the end of its output. Throws if it failed. */
export async function timeOnce(subject: Subject): Promise<number> {
  await subject.before?.()
  const started = process.hrtime.bigint()
  const copies = Array.from({ length: subject.copies ?? 1 }, () => finished(subject, start(subject)))
  await Promise.all(copies)
  return Number(process.hrtime.bigint() - started) / 1e6
}

/**
 * Peak memory of one run in MB, the largest of its copies; `undefined` where there is no /proc. `VmHWM` only ever grows,
 * so the last value read before the end is the peak, less what was taken in the last two milliseconds. It is read in a
 * run of its own, so that reading costs no subject time.
 */
export async function peakMegabytes(subject: Subject): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined
  await subject.before?.()
  const children = Array.from({ length: subject.copies ?? 1 }, () => start(subject))
  const peaks = children.map(() => 0)
  const reading = setInterval(() => {
    // The last value, not the largest: before `exec` the child is still a copy of this process.
    for (const [i, { pid }] of children.entries()) peaks[i] = highWater(pid) ?? (peaks[i] as number)
  }, 2)
  try {
    await Promise.all(children.map((child) => finished(subject, child)))
  } finally {
    clearInterval(reading)
  }
  return Math.max(...peaks) / 1024
}

function start(subject: Subject): ChildProcess {
  const child = spawn(subject.command, subject.args, {
    stdio: [subject.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(subject.env && { env: subject.env }),
  })
  child.stdin?.end(subject.stdin)
  return child
}

async function finished(subject: Subject, child: ChildProcess): Promise<void> {
  let bytes = 0
  let errors = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk}`.slice(-2000)
  })
  const exit = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? String(signal)))
  })
  if (exit !== (subject.exit ?? 0)) throw new Error(`${subject.name}: exit ${exit}: ${errors.trim()}`)
  if (bytes === 0 && !subject.silent) throw new Error(`${subject.name}: it printed nothing`)
}

/** In kB. A process that is gone, or a zombie, has none. */
function highWater(pid: number | undefined): number | undefined {
  try {
    const value = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return value === undefined ? undefined : Number(value)
  } catch {
    return undefined
  }
}
