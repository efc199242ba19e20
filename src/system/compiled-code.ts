import fs from 'node:fs'
import { dirname, join } from 'node:path'
import vm from 'node:vm'

/** The program's own built files. */
export interface Program {
  /** Runs a file of the program, once, and gives what it exports. `path` is relative to the program's directory. */
  load(path: string): unknown
  /** Leaves the compiled form of what was loaded for the next run of the same command. Never fails. */
  keep(): void
}

interface Loaded {
  readonly exports: unknown
  readonly script: vm.Script
}

/** Compiled forms by the path of their file, as they lie in one file of the cache. */
interface Kept {
  /** How many runs have added to it. */
  readonly rounds: number
  readonly code: ReadonlyMap<string, Buffer>
}

const NOTHING: Kept = { rounds: 0, code: new Map() }
type Found = Kept | 'absent' | 'unusable'

/** A run adds the functions it was the first to call. The first few have seen nearly all a command calls. */
const ROUNDS = 3

const BEFORE = '(function(exports,require,module){'

/**
 * Opens the program in `directory`. With a `cache` file, each of its files is run from the compiled form that former
 * runs have left there: V8 compiles a function when it is first called, and in a short run most of the time goes into
 * that. (Node's own compile cache is taken before anything is called, and holds few functions.) `foreign` loads what is
 * not the program's own.
 */
export function openProgram(directory: string, cache: string | undefined, foreign: NodeJS.Require): Program {
  const found = cache === undefined ? 'absent' : readKept(cache)
  const kept = typeof found === 'string' ? NOTHING : found
  const loaded = new Map<string, Loaded>()
  let isComplete = true

  function load(path: string): unknown {
    const before = loaded.get(path)
    if (before) return before.exports
    const filename = join(directory, path)
    const cachedData = kept.code.get(path)
    const script = new vm.Script(`${BEFORE}${fs.readFileSync(filename, 'latin1')}\n})`, {
      filename,
      columnOffset: -BEFORE.length,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(cachedData && { cachedData }),
    })
    if (cachedData === undefined || script.cachedDataRejected) isComplete = false
    const module = { exports: {} }
    loaded.set(path, { exports: module.exports, script })
    const requireFrom = (id: string) => (id.startsWith('.') ? load(join(dirname(path), id)) : foreign(id))
    script.runInThisContext().call(module.exports, module.exports, requireFrom, module)
    return module.exports
  }

  return {
    load,
    keep() {
      if (cache === undefined || (isComplete && kept.rounds >= ROUNDS)) return
      // Of many first runs at once one writes.
      if (found === 'absent' && fs.existsSync(cache)) return
      const code = new Map(kept.code)
      for (const [path, { script }] of loaded) code.set(path, script.createCachedData())
      writeKept(cache, { rounds: kept.rounds + 1, code })
    },
  }
}

/**
 * V8 believes what it is given and crashes over damaged code, and a checksum would cost what the cache gains. So a cache
 * file carries a time of change that nobody else would give it, made from its size: whoever writes to it later, or cuts
 * it short, takes that away. It is flushed before it gets its name, so a crash leaves all of it or nothing.
 * In seconds since the epoch, even ones: some file systems keep no others.
 */
const sealOf = (size: number): number => size * 2

function readKept(path: string): Found {
  try {
    const file = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0))
    try {
      const { size, mtimeMs } = fs.fstatSync(file)
      return mtimeMs === sealOf(size) * 1000 ? decode(fs.readFileSync(file)) : 'unusable'
    } finally {
      fs.closeSync(file)
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'unusable'
  }
}

/** A line of JSON, padded so that V8 finds the code where it wants it, then the code of each file. */
function decode(bytes: Buffer): Kept {
  const end = bytes.indexOf('\n')
  const { rounds, files } = JSON.parse(bytes.toString('latin1', 0, end)) as {
    rounds: number
    files: [string, number][]
  }
  const code = new Map<string, Buffer>()
  let at = end + 1
  for (const [path, length] of files) {
    code.set(path, bytes.subarray(at, at + length))
    at += length
  }
  return { rounds, code }
}

function encode({ rounds, code }: Kept): Buffer {
  const head = JSON.stringify({ rounds, files: [...code].map(([path, { length }]) => [path, length]) })
  const room = Math.ceil((head.length + 1) / 8) * 8 - 1
  return Buffer.concat([Buffer.from(`${head.padEnd(room)}\n`), ...code.values()])
}

function writeKept(path: string, kept: Kept): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    makeDirectory(dirname(path))
    const bytes = encode(kept)
    const file = fs.openSync(temporary, 'wx', 0o600)
    try {
      fs.writeSync(file, bytes)
      fs.futimesSync(file, sealOf(bytes.length), sealOf(bytes.length))
      fs.fsyncSync(file)
    } finally {
      fs.closeSync(file)
    }
    fs.renameSync(temporary, path)
  } catch {
    fs.rmSync(temporary, { force: true })
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
  for (const old of builds.slice(BUILDS)) fs.rmSync(old, { recursive: true, force: true })
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
