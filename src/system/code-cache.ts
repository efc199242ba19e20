import fs from 'node:fs'
import { dirname, join } from 'node:path'

/** Compiled forms by the path of the file they were made from: what one file of the cache holds. */
export interface Kept {
  /** How many runs have added to it. */
  readonly rounds: number
  readonly code: ReadonlyMap<string, Compiled>
}

export interface Compiled {
  readonly bytes: Buffer
  /** When the file was last changed (milliseconds since the epoch): one that was patched since is another one. */
  readonly of: number
}

/**
 * Where the compiled form for a command line lies: by build, Node and first word. Only in the state directory, once a
 * sign-in has made it, and only while that is ours and closed to others: whoever can write there decides what code runs.
 */
export function cacheFor(stateDirectory: string, build: string, argv: readonly string[]): string | undefined {
  const word = argv[0]?.replace(/^--/, '') ?? 'help'
  // What is measured must be compiled as it is called.
  if (process.env.NODE_V8_COVERAGE || !/^[a-z]{2,12}$/.test(word)) return undefined
  const root = join(stateDirectory, 'compiled')
  try {
    if (!isOurs(fs.lstatSync(stateDirectory))) return undefined
    const facts = fs.lstatSync(root, { throwIfNoEntry: false })
    if (facts && !isOurs(facts)) return undefined
  } catch {
    return undefined
  }
  return join(root, `${build}-${process.version}-${process.arch}`, word)
}

/** The owner's alone, and no link. What somebody else put there while others could write must not run later either. */
const isOurs = (facts: fs.Stats): boolean =>
  process.getuid !== undefined &&
  facts.uid === process.getuid() &&
  (facts.mode & 0o077) === 0 &&
  (facts.isDirectory() || facts.isFile())

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
      const isWhole = facts.isFile() && isOurs(facts) && facts.mtimeMs === sealOf(facts.size) * 1000
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
    makeRoom(dirname(path))
    const file = fs.openSync(temporary, 'wx', 0o600)
    try {
      // A file system that keeps no such times is found out before anything is compiled for it.
      seal(file, 2)
      const bytes = encode(make())
      fs.writeFileSync(file, bytes)
      seal(file, bytes.length)
      fs.fsyncSync(file)
    } finally {
      fs.closeSync(file)
    }
    if (fs.lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) remove(path)
    fs.renameSync(temporary, path)
  } catch {
    remove(temporary)
  }
}

function seal(file: number, size: number): void {
  fs.futimesSync(file, sealOf(size), sealOf(size))
  if (fs.fstatSync(file).mtimeMs !== sealOf(size) * 1000) throw new Error('the file system keeps other times')
}

/** Somebody may use two versions side by side, on two Nodes; those of long ago are of no more use. */
const BUILDS = 4
/** There are fewer commands; `--help` works for any word, and the next one is not kept. */
const WORDS = 32
/** Longer than any run writes: what a killed one left behind. */
const LEFT_MILLISECONDS = 60_000

/** Makes the directory of this build, and room in it. Throws where there is none to be had. */
function makeRoom(path: string): void {
  const root = dirname(path)
  for (const one of [root, path]) if (!fs.existsSync(one)) fs.mkdirSync(one, 0o700)
  for (const old of byAge(root).slice(BUILDS)) remove(old.path)
  const files = byAge(path)
  const isLeft = (file: { path: string; changed: number }) =>
    file.path.endsWith('.tmp') && Date.now() - file.changed > LEFT_MILLISECONDS
  for (const left of files.filter(isLeft)) remove(left.path)
  if (files.length >= WORDS) throw new Error('enough words are kept')
}

/** What is in a directory, the latest changed first. */
function byAge(directory: string): { readonly path: string; readonly changed: number }[] {
  const paths = fs.readdirSync(directory).map((name) => join(directory, name))
  const all = paths.map((path) => ({ path, changed: fs.lstatSync(path).ctimeMs }))
  return all.sort((a, b) => b.changed - a.changed)
}

function remove(path: string): void {
  try {
    fs.rmSync(path, { recursive: true, force: true })
  } catch {
    // Somebody else's business by now.
  }
}

type Head = {
  readonly rounds: number
  readonly files: readonly (readonly [path: string, length: number, of: number])[]
}

/** A line of JSON, padded so that V8 finds the code where it wants it, then the code of each file. */
function encode({ rounds, code }: Kept): Buffer {
  const head: Head = { rounds, files: [...code].map(([path, { bytes, of }]) => [path, bytes.length, of]) }
  const text = JSON.stringify(head)
  const room = Math.ceil((text.length + 1) / 8) * 8 - 1
  return Buffer.concat([
    Buffer.from(`${text.padEnd(room)}\n`),
    ...[...code.values()].map(({ bytes }) => bytes),
  ])
}

function decode(bytes: Buffer): Kept {
  const end = bytes.indexOf('\n')
  const head = JSON.parse(bytes.toString('latin1', 0, end)) as Head
  const code = new Map<string, Compiled>()
  let at = end + 1
  for (const [path, length, of] of head.files) {
    code.set(path, { bytes: bytes.subarray(at, at + length), of })
    at += length
  }
  return { rounds: head.rounds, code }
}
