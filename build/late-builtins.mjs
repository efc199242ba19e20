// @ts-check
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/**
 * Built-in modules that a package requires when it is loaded and a run hardly ever uses: these are loaded lazily.
 * Commander requires `child_process` to start sub-commands that are programs of their own, of which ls-auth has none:
 * 2.5 ms of a start of 38 ms (Node 24, least of 20 runs of `npm run bench -- start`).
 */
const LATE = ['node:child_process']

/**
 * Replaces the module by one with the same exports as getters: the first access of any of them loads the real module.
 *
 * @returns {import('rolldown').Plugin}
 */
export function lateBuiltins() {
  const mark = '\0late:'
  return {
    name: 'late-builtins',
    resolveId: (source, importer) =>
      LATE.includes(source) && importer?.includes('node_modules') ? mark + source : null,
    load(id) {
      if (!id.startsWith(mark)) return null
      const name = JSON.stringify(id.slice(mark.length))
      const exported = Object.keys(require(id.slice(mark.length)))
      const getters = exported.map(
        (one) => `get ${one}() { return process.getBuiltinModule(${name}).${one} }`,
      )
      return `module.exports = { ${getters.join(', ')} }`
    },
  }
}
