import fs from 'node:fs'
import { dirname, join } from 'node:path'

/** Compiled forms by the path of the file they were made from: what one file of the cache holds. */
export interface Kept {
  /** How many runs have added to it. */
  readonly rounds: number
  readonly code: ReadonlyMap<string, Buffer>
}

/**
 * Where the compiled form for a command line lies: by Node, build and first word. Only in the state directory, once a
 * sign-in has made it, and only while that is ours and closed to others: whoever can write there decides what code runs.
 */
export function cacheFor(stateDirectory: string, build: string, argv: readonly string[]): string | undefined {
  const word = argv[0]?.replace(/^--/, '') ?? 'help'
  // What is measured must be compiled as it is called.
  if (process.env.NODE_V8_COVERAGE || !/^[a-z]{2,12}$/.test(word) || !isOurs(stateDirectory)) return undefined
  return join(stateDirectory, 'compiled', `${process.version}-${process.arch}`, build, word)
}

function isOurs(directory: string): boolean {
  if (process.getuid === undefined) return false
  const facts = fs.lstatSync(directory, { throwIfNoEntry: false })
  return facts?.isDirectory() === true && facts.uid === process.getuid() && (facts.mode & 0o077) === 0
}

/**
 * V8 believes what it is given and crashes over damaged code, and a checksum would cost what the cache gains. So a cache
 * file carries a time of change that nobody else would give it, made from its size: whoever writes to it later, or cuts
 * it short, takes that away. It is flushed before it gets its name, so a crash leaves all of it or nothing.
 * In seconds since the epoch, even ones: some file systems keep no others.
 */
const sealOf = (size: number): number => size * 2

const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants

/** What former runs have left at `path`. */
export function readKept(path: string): Kept | 'absent' | 'unusable' {
  try {
    // A pipe in its place is not waited for.
    const file = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const facts = fs.fstatSync(file)
      const isWhole = facts.isFile() && facts.mtimeMs === sealOf(facts.size) * 1000
      return isWhole ? decode(fs.readFileSync(file)) : 'unusable'
    } finally {
      fs.closeSync(file)
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'unusable'
  }
}

/** Puts what `make` gives in place of what is at `path`, where that can be written; else nothing is made, or changed. */
export function writeKept(path: string, make: () => Kept): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    makeDirectory(dirname(path))
    const file = fs.openSync(temporary, 'wx', 0o600)
    try {
      const bytes = encode(make())
      fs.writeFileSync(file, bytes)
      fs.futimesSync(file, sealOf(bytes.length), sealOf(bytes.length))
      fs.fsyncSync(file)
    } finally {
      fs.closeSync(file)
    }
    fs.renameSync(temporary, path)
  } catch {
    remove(temporary)
  }
}

/** Somebody may use two versions side by side; those of long ago are of no more use. */
const BUILDS = 3

/** Makes the directory of this build, and room for it. */
function makeDirectory(path: string): void {
  if (fs.existsSync(path)) return
  const parent = dirname(path)
  for (const one of [dirname(parent), parent, path]) if (!fs.existsSync(one)) fs.mkdirSync(one, 0o700)
  const builds = fs.readdirSync(parent).map((name) => join(parent, name))
  const age = (directory: string) => -fs.statSync(directory).mtimeMs
  builds.sort((a, b) => age(a) - age(b))
  for (const old of builds.slice(BUILDS)) remove(old)
}

function remove(path: string): void {
  try {
    fs.rmSync(path, { recursive: true, force: true })
  } catch {
    // Somebody else's business by now.
  }
}

/** A line of JSON, padded so that V8 finds the code where it wants it, then the code of each file. */
function encode({ rounds, code }: Kept): Buffer {
  const head = JSON.stringify({ rounds, files: [...code].map(([path, { length }]) => [path, length]) })
  const room = Math.ceil((head.length + 1) / 8) * 8 - 1
  return Buffer.concat([Buffer.from(`${head.padEnd(room)}\n`), ...code.values()])
}

function decode(bytes: Buffer): Kept {
  const end = bytes.indexOf('\n')
  const head = JSON.parse(bytes.toString('latin1', 0, end)) as { rounds: number; files: [string, number][] }
  const code = new Map<string, Buffer>()
  let at = end + 1
  for (const [path, length] of head.files) {
    code.set(path, bytes.subarray(at, at + length))
    at += length
  }
  return { rounds: head.rounds, code }
}
