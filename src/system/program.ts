import fs from 'node:fs'
import { dirname, join } from 'node:path'
import vm from 'node:vm'
import { type Kept, readKept, writeKept } from './code-cache.ts'

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
  /** When its file was last changed. */
  readonly of: number
}

const NOTHING: Kept = { rounds: 0, code: new Map() }

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
    const { text, of } = readText(filename)
    const compiled = kept.code.get(path)
    const cachedData = compiled?.of === of ? compiled.bytes : undefined
    const script = new vm.Script(`${BEFORE}${text}\n})`, {
      filename,
      columnOffset: -BEFORE.length,
      ...(cachedData && { cachedData }),
    })
    if (cachedData === undefined || script.cachedDataRejected) isComplete = false
    const module = { exports: {} }
    loaded.set(path, { exports: module.exports, script, of })
    const requireFrom = (id: string) => (id.startsWith('.') ? load(join(dirname(path), id)) : foreign(id))
    script.runInThisContext().call(module.exports, module.exports, requireFrom, module)
    return module.exports
  }

  return {
    load,
    keep() {
      if (cache === undefined || (isComplete && kept.rounds >= ROUNDS)) return
      // Of many runs at once one adds to it.
      const now = readKept(cache)
      if (typeof now !== 'string' && now.rounds > kept.rounds) return
      writeKept(cache, () => {
        const code = new Map(kept.code)
        for (const [path, { script, of }] of loaded) code.set(path, { bytes: script.createCachedData(), of })
        return { rounds: kept.rounds + 1, code }
      })
    },
  }
}

/** A file of the program, all of it ASCII, and when it was last changed. */
function readText(path: string): { text: string; of: number } {
  const file = fs.openSync(path, 'r')
  try {
    return { of: fs.fstatSync(file).mtimeMs, text: fs.readFileSync(file, 'latin1') }
  } finally {
    fs.closeSync(file)
  }
}
