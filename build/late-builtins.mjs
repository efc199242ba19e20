// @ts-check

/**
 * Built-in modules that are imported at the top of a file and that a run hardly ever uses, with a part of the
 * importer's path and what it uses: these are loaded lazily. Node 24, least of 20 runs of `npm run bench -- start`:
 *
 * - Commander requires `child_process` to start sub-commands that are programs of their own, of which ls-auth has none:
 *   2.5 ms of a start of 38 ms.
 * - Whoever reads traces can unpack them, and few are packed: 1.9 ms of each command that reads some.
 */
const LATE = [
  { name: 'node:child_process', by: 'commander', used: ['spawn'] },
  { name: 'node:zlib', by: 'sniff.ts', used: ['gunzipSync'] },
]

/**
 * Replaces the module by one whose exports are getters: the first access of any of them loads the real module.
 *
 * @returns {import('rolldown').Plugin}
 */
export function lateBuiltins() {
  const mark = '\0late:'
  return {
    name: 'late-builtins',
    resolveId: (source, importer) =>
      LATE.some((late) => late.name === source && importer?.includes(late.by)) ? mark + source : null,
    load(id) {
      const late = LATE.find(({ name }) => id === mark + name)
      if (!late) return null
      const getters = late.used.map(
        (one) => `get ${one}() { return process.getBuiltinModule('${late.name}').${one} }`,
      )
      return `module.exports = { ${getters.join(', ')} }`
    },
  }
}
