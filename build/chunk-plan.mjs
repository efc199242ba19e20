// @ts-check
import { parse } from 'node:path'

/** A run reads this much source text, comments aside, in the time that it takes to open a file (`npm run bench -- start`). */
const FILE = 6000

/** A run reads at most this share more than the modules that it loads… */
const IN_VAIN = 0.6

/** … and one of these no more than this: `import()` loads them for `--help`, `token`, `trace get` and `trace why --file`. */
const MEASURED_IN_VAIN = 0.03
const MEASURED = [
  ...['main', 'commands', 'plain-line', 'tree', 'token', 'files', 'settings-files', 'toml-reading'],
  ...['profile', 'access', 'recorder', 'trace-get', 'trace-file', 'read-trace-file'],
  ...['trace-drawing', 'waterfall', 'window', 'trace-why', 'print', 'http'],
  ...[
    'authorised-request',
    'open-source',
    'lightstep-source',
    'tempo-source',
    'jaeger-source',
    'snapshot-consent',
  ],
]

/** A file by itself costs as much as these runs that open it: each is installed, and named in stack traces. */
const FILE_ITSELF = 16

/**
 * Modules that become one file. `runs` are those that read it, each named by a module that `import()` loads.
 *
 * @typedef {{ ids: readonly string[], size: number, runs: Set<string> }} Chunk
 * @typedef {{ id: string, isEntry: boolean, imports: readonly string[], importers: readonly string[], size: number, isPackage: boolean }} Module
 * @typedef {ReadonlyMap<string, Module>} Modules
 */

/**
 * Divides the program into files. A run should open few, and read little that it does without: modules that the same
 * runs load are one chunk, and two chunks become one where that saves more files than it costs code. Code is moved,
 * and nothing in it changes.
 *
 * @param {(id: string) => boolean} isExternal
 * @returns {{ plugin: import('rolldown').Plugin, groups: import('rolldown').CodeSplittingGroup[] }}
 */
export function chunkPlan(isExternal) {
  /** @type {Map<string, string>} */
  const names = new Map()
  return {
    groups: [{ name: (id) => names.get(id), debugName: 'plan', includeDependenciesRecursively: false }],
    plugin: {
      name: 'chunk-plan',
      renderStart() {
        /** @type {Map<string, Module>} */
        const modules = new Map()
        for (const id of [...this.getModuleIds()].sort()) {
          const info = this.getModuleInfo(id)
          const text = info?.code?.replace(/\/\*[\s\S]*?\*\/|^\s*(\/\/|import type).*$/gm, '')
          if (!info || text === undefined) continue
          const { isEntry, importedIds: imports, dynamicImporters: importers } = info
          // No run may read in vain: a package, or what imports one that is not bundled.
          const isPackage = id.includes('node_modules') || imports.some(isExternal)
          modules.set(id, { id, isEntry, imports, importers, size: text.length, isPackage })
        }
        for (const { ids } of joined(atoms(modules), modules)) {
          const size = (/** @type {string} */ id) => modules.get(id)?.size ?? 0
          const { dir, name } = parse(ids.reduce((a, b) => (size(b) > size(a) ? b : a)))
          const isTaken = [...names.values()].includes(name)
          for (const id of ids) names.set(id, isTaken ? `${parse(dir).name}-${name}` : name)
        }
      },
    },
  }
}

/**
 * Modules that the same runs load.
 *
 * @param {Modules} modules
 */
function atoms(modules) {
  const loaded = loadedBy(modules)
  /** @type {Map<string, Chunk>} */
  const chunks = new Map()
  for (const { id, size } of modules.values()) {
    const runs = new Set([...loaded.keys()].filter((run) => loaded.get(run)?.has(id)))
    const key = [...runs].join()
    chunks.set(key, both(chunks.get(key) ?? { ids: [], size: 0, runs }, { ids: [id], size, runs }))
  }
  return [...chunks.values()]
}

/** @param {Chunk} a @param {Chunk} b @returns {Chunk} */
function both(a, b) {
  return { ids: [...a.ids, ...b.ids], size: a.size + b.size, runs: new Set([...a.runs, ...b.runs]) }
}

/**
 * The modules that are loaded for sure once one has been loaded by `import()`: all that it imports, and all that are
 * loaded whoever called `import()`.
 *
 * @param {Modules} modules
 */
function loadedBy(modules) {
  const starts = [...modules.values()].filter((one) => one.isEntry || one.importers.length > 0)
  const reached = new Map(starts.map(({ id }) => [id, reach(modules, id)]))
  const loaded = new Map(starts.map(({ id }) => [id, new Set(modules.keys())]))
  for (let isSettled = false; !isSettled; ) {
    isSettled = true
    for (const { id, isEntry, importers } of starts) {
      const callers = starts.filter((one) => importers.some((by) => reached.get(one.id)?.has(by)))
      const before = loaded.get(id) ?? new Set()
      const all = [...before].filter(
        (one) =>
          reached.get(id)?.has(one) || (!isEntry && callers.every((by) => loaded.get(by.id)?.has(one))),
      )
      if (all.length < before.size) isSettled = false
      loaded.set(id, new Set(all))
    }
  }
  return loaded
}

/** @param {Modules} modules @param {string} id */
function reach(modules, id, found = new Set([id])) {
  for (const next of modules.get(id)?.imports ?? []) {
    if (modules.has(next) && !found.has(next)) reach(modules, next, found.add(next))
  }
  return found
}

/**
 * Joins two chunks again and again: first those that save most, and none by which a run would read too much.
 *
 * @param {readonly Chunk[]} atoms
 * @param {Modules} modules
 */
function joined(atoms, modules) {
  const inVain = (/** @type {string} */ run) =>
    MEASURED.includes(parse(run).name) ? MEASURED_IN_VAIN : IN_VAIN
  const most = new Map([...readBy(atoms)].map(([run, size]) => [run, size * (1 + inVain(run))]))
  let plan = atoms
  let pairs = atoms.flatMap((a, i) => pairsOf(a, atoms.slice(i + 1)))
  while (pairs.length > 0) {
    const best = pairs.reduce((best, pair) => (pair.saved > best.saved ? pair : best))
    const { a, b } = best
    const others = plan.filter((chunk) => chunk !== a && chunk !== b)
    const one = both(a, b)
    // Most pairs fail by their own size, whatever they import.
    const read = readBy(plan)
    /** @type {(chunk: Chunk, other: Chunk) => boolean} */
    const isTooMuch = ({ ids, size }, { runs }) =>
      [...runs].some(
        (run) =>
          !(a.runs.has(run) && b.runs.has(run)) &&
          (ids.some((id) => modules.get(id)?.isPackage) ||
            (read.get(run) ?? 0) + size > (most.get(run) ?? 0)),
      )
    const next = isTooMuch(a, b) || isTooMuch(b, a) ? undefined : withImported([...others, one], modules)
    if (next === undefined || [...readBy(next)].some(([run, size]) => size > (most.get(run) ?? 0))) {
      pairs = pairs.filter((pair) => pair !== best)
    } else {
      plan = next
      const now = new Map(next.map((chunk) => [chunk.ids, chunk]))
      pairs = pairs.flatMap((pair) => {
        const [left, right] = [now.get(pair.a.ids), now.get(pair.b.ids)]
        return left && right ? [{ a: left, b: right, saved: pair.saved }] : []
      })
      const joint = now.get(one.ids)
      if (joint)
        pairs.push(
          ...pairsOf(
            joint,
            next.filter((chunk) => chunk !== joint),
          ),
        )
    }
  }
  return plan
}

/**
 * What is saved where only these two chunks are read with each other: files, without the code that is read in vain.
 *
 * @param {Chunk} a
 * @param {readonly Chunk[]} others
 */
function pairsOf(a, others) {
  return others.flatMap((b) => {
    const shared = [...a.runs].filter((run) => b.runs.has(run)).length
    const saved =
      FILE * (shared + FILE_ITSELF) - b.size * (a.runs.size - shared) - a.size * (b.runs.size - shared)
    return saved > 0 ? [{ a, b, saved }] : []
  })
}

/**
 * How much text each run reads.
 *
 * @param {readonly Chunk[]} chunks
 */
function readBy(chunks) {
  /** @type {Map<string, number>} */
  const read = new Map()
  for (const { size, runs } of chunks) for (const run of runs) read.set(run, (read.get(run) ?? 0) + size)
  return read
}

/**
 * The chunks, each after those that it imports, which its runs read too; undefined where two import each other.
 *
 * @param {readonly Chunk[]} chunks
 * @param {Modules} modules
 */
function withImported(chunks, modules) {
  const copies = chunks.map((chunk) => ({ ...chunk, runs: new Set(chunk.runs) }))
  const chunkOf = new Map(copies.flatMap((chunk) => chunk.ids.map((id) => [id, chunk])))
  /** @type {Map<Chunk, Set<Chunk> | undefined>} */
  const imports = new Map()
  /** @type {(chunk: Chunk) => boolean} */
  const visit = (chunk) => {
    if (imports.has(chunk)) return imports.get(chunk) !== undefined
    imports.set(chunk, undefined)
    const ids = chunk.ids.flatMap((id) => modules.get(id)?.imports ?? [])
    const needed = new Set(ids.flatMap((id) => chunkOf.get(id) ?? []))
    needed.delete(chunk)
    const isOrdered = [...needed].every(visit)
    imports.delete(chunk)
    imports.set(chunk, needed)
    return isOrdered
  }
  if (!copies.every(visit)) return undefined
  for (const [{ runs }, needed] of [...imports].reverse()) {
    for (const one of needed ?? []) for (const run of runs) one.runs.add(run)
  }
  return copies
}
