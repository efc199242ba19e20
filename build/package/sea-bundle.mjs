// @ts-check
import { readFile } from 'node:fs/promises'
import { rolldown } from 'rolldown'
import { facts } from '../facts.mjs'
import { NODE } from '../program.mjs'
import { smallJq } from '../small-jq.mjs'

/** The native modules, by the source file that loads them. They lie beside the executable under these names. */
const NATIVE = [
  { loader: '/node_modules/keytar/lib/keytar.js', file: 'keytar.node' },
  { loader: '/node_modules/fs-native-extensions/binding.js', file: 'fs-native-extensions.node' },
]

const LOCAL_REQUIRE = /createRequire\(import\.meta\.url\)(?=\()/

/**
 * Bundles the whole program, packages too, into one CommonJS file: what Node's single executable can run. Returns what
 * the file is made of.
 *
 * @param {string} file
 */
export async function bundleForSea(file) {
  const entry = '\0sea-entry'
  const bundle = await rolldown({
    ...NODE,
    input: entry,
    plugins: [
      {
        name: 'sea-entry',
        resolveId: (source) => (source === entry ? entry : null),
        load: (id) =>
          id === entry
            ? `import { main } from ${JSON.stringify(`${process.cwd()}/src/main.ts`)}\nmain()`
            : null,
      },
      wholeProgram(),
      smallJq('inside'),
    ],
  })
  const { output } = await bundle.write({
    file,
    format: 'cjs',
    minify: true,
    comments: { legal: true },
    codeSplitting: false,
  })
  return facts(output)
}

/**
 * Code that loads a native module beside the executable. A link to it may be on the PATH, and /proc may be missing.
 *
 * @param {string} file
 */
const loadBeside = (file) => `
  const { createRequire } = require('node:module')
  const { realpathSync } = require('node:fs')
  module.exports = createRequire(realpathSync(process.execPath))('./${file}')`

/**
 * Packages that are loaded by `require` at run time are bundled, and native modules are loaded from the directory of the
 * executable. They are never unpacked: a program that writes executables to the user's directories and runs them from
 * there lets whoever can write to these decide what runs. Whoever can write beside the executable can replace it, too.
 *
 * @returns {import('rolldown').Plugin}
 */
function wholeProgram() {
  return {
    name: 'whole-program',
    async load(id) {
      const path = id.replaceAll('\\', '/')
      const native = NATIVE.find(({ loader }) => path.endsWith(loader))
      if (native) return loadBeside(native.file)
      if (!/\/src\/[^\0]*\.ts$/.test(path)) return null
      const code = await readFile(id, 'utf8')
      if (!code.includes('createRequire')) return null
      // The bundler follows its own `require`, and no other one.
      if (!LOCAL_REQUIRE.test(code)) throw new Error(`${path} loads a package in a way that isn't known here`)
      return { code: code.replace(LOCAL_REQUIRE, 'require'), moduleType: 'ts' }
    },
  }
}
