// Builds the program into dist/, or one TypeScript tool of test/ into .build/ (`node build.mjs test/demo.ts`).
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { basename, relative, resolve } from 'node:path'
import { rolldown } from 'rolldown'

const { version } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'))
const tool = process.argv[2]

/**
 * What a run reads from the disk, in the order of need: few files of what is needed together (each file costs a third
 * of a millisecond), and nothing heavy that most commands do without. Named by what they begin with.
 */
const PLAN = {
  words: ['src/main.ts'],
  commands: ['src/cli/tree.ts'],
  settings: [
    'src/commands/invocation.ts',
    'src/commands/credentials.ts',
    'src/api/authorization.ts',
    'src/settings/toml-reading.ts',
    'src/system/files.ts',
  ],
  session: ['src/commands/token.ts', 'src/session/access.ts', 'src/system/keychain.ts'],
  requests: ['src/system/http/http.ts', 'src/system/http/direct-transport.ts'],
  jwt: ['src/claims/jwt/jwt.ts'],
  traces: [
    'src/commands/trace/trace-get.ts',
    'src/commands/trace/trace-view.ts',
    'src/commands/trace/trace-output.ts',
    'src/trace/tree/tree.ts',
    'src/trace/masking.ts',
    'src/commands/command-line.ts',
  ],
  api: ['src/commands/trace/open-source.ts'],
  denial: ['src/api/denial.ts'],
  lightstep: ['src/trace/sources/lightstep/lightstep.ts', 'src/commands/trace/snapshot-consent.ts'],
  drawing: ['src/trace/render/waterfall/waterfall.ts'],
}

/** A module that takes longer to load than many commands to run; ours call its functions and hold nothing of it. */
const SLOW = 'node:crypto'

const MINIFIED = {
  // CommonJS: it is run as soon as it is read, and Node's own loader of ES modules is slower.
  format: 'cjs',
  minify: { compress: true, mangle: { toplevel: true }, codegen: { removeWhitespace: true } },
  comments: { legal: true },
}

await mkdir('.build', { recursive: true })
if (tool) await buildTool(tool)
else await buildProgram()

async function buildTool(path) {
  const bundle = await rolldown({
    input: path,
    platform: 'node',
    external: (id) => !/^[./\0]/.test(id),
    transform: { target: 'node20.19' },
  })
  const file = `.build/${basename(path, '.ts')}.mjs`
  await bundle.write({ file, format: 'esm', sourcemap: 'inline', codeSplitting: false })
}

async function buildProgram() {
  const output = await buildMain()
  const build = createHash('sha256')
  for (const { fileName, code } of output) build.update(`${fileName} ${code}`)
  const loader = await buildLoader(build.digest('hex').slice(0, 16))
  await writeFile('.build/meta.json', JSON.stringify(facts([...output, ...loader])))
}

/** What bin starts: one small file, which runs the others from their compiled form (src/load.ts). */
async function buildLoader(build) {
  const bundle = await rolldown({
    input: { load: 'src/load.ts' },
    platform: 'node',
    transform: { target: 'node20.19', define: { LS_AUTH_BUILD: JSON.stringify(build) } },
    plugins: [ownBuiltins(), oneByteText()],
  })
  const { output } = await bundle.write({ ...MINIFIED, dir: 'dist', entryFileNames: '[name].cjs' })
  return output
}

async function buildMain() {
  const chunks = chunkPlan(PLAN)
  const bundle = await rolldown({
    input: { main: 'src/main.ts' },
    platform: 'node',
    // Native packages, and `open`, which ships a script of its own beside its code.
    external: ['keytar', 'fs-native-extensions', 'open'],
    transform: { target: 'node20.19', define: { LS_AUTH_VERSION: JSON.stringify(version) } },
    plugins: [
      chunks.plugin,
      ownBuiltins(),
      builtins(),
      withoutSubprocesses(),
      fetchShapes(),
      widthOnFirstUse(),
      foreignByRequire(),
      oneByteText(),
    ],
  })
  const { output } = await bundle.write({
    dir: 'dist',
    ...MINIFIED,
    cleanDir: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name].cjs',
    codeSplitting: { groups: chunks.groups },
  })
  return output
}

/** Puts what is statically reached from some roots into one chunk each; the first plan that reaches a module has it. */
function chunkPlan(plans) {
  const planned = new Map()
  const [first] = Object.keys(plans)
  return {
    plugin: {
      name: 'chunk-plan',
      renderStart() {
        for (const [name, roots] of Object.entries(plans)) {
          const queue = roots.map((root) => resolve(root))
          for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
            if (planned.has(id) || isSmall(id)) continue
            const info = this.getModuleInfo(id)
            if (!info) throw new Error(`the chunk plan names ${id}, which is not in the program`)
            planned.set(id, name)
            queue.push(...info.importedIds.filter((imported) => this.getModuleInfo(imported)?.code != null))
          }
        }
      },
    },
    groups: Object.keys(plans).map((name, i) => ({
      name,
      test: (id) => (planned.get(id) ?? (isSmall(id) && first)) === name,
      priority: Object.keys(plans).length - i,
    })),
  }
}

function isRuntime(id) {
  return id.includes('rolldown/runtime')
}

/** Shared by all and a line each: a file of their own would cost more than they do. */
function isSmall(id) {
  return isRuntime(id) || id.startsWith('\0builtin:')
}

/**
 * An ES import of one of Node's own modules reads all that it exports, and with `fs.promises`, `process.stdin` or
 * `http.WebSocket` loads half of the rest. `process.getBuiltinModule` does not.
 */
function builtins() {
  return {
    name: 'builtins',
    resolveId(source, importer) {
      if (!isBuiltin(source)) return null
      // The bundler's own runtime comes before everything else.
      if (importer && isRuntime(importer)) return { id: source, external: true }
      return `\0builtin:${source.replace(/^node:/, '')}`
    },
    load(id) {
      if (!id.startsWith('\0builtin:')) return null
      return `module.exports = process.getBuiltinModule(${JSON.stringify(`node:${id.slice(9)}`)})`
    },
  }
}

/** The same in our own files, without a wrapper each: `import { x } from 'node:y'` becomes a look into the module. */
function ownBuiltins() {
  const line = /^import (?:(\w+)(?:, )?)?(?:\{([^}]*)\}|\* as (\w+))? ?from '(node:[\w/]+)'$/gm
  return {
    name: 'own-builtins',
    transform(code, id) {
      if (!/[\\/]src[\\/].*\.ts$/.test(id)) return null
      return code.replace(/import\('(node:[\w/]+)'\)/g, "Promise.resolve(process.getBuiltinModule('$1'))").replace(line, (_, whole, names = '', all, module) => {
        const named = names.split(',').map((name) => name.trim()).filter((name) => name && !name.startsWith('type '))
        if (module === SLOW && !whole && !all) return named.map(calledOnFirstUse).join('; ')
        const parts = [whole, all, named.length > 0 && `{ ${named.join(', ').replaceAll(' as ', ': ')} }`]
        const sides = parts.filter(Boolean).map((side) => `${side} = process.getBuiltinModule('${module}')`)
        return sides.length > 0 ? `const ${sides.join(', ')}` : ''
      })
    },
  }
}

function calledOnFirstUse(name) {
  return `const ${name} = (...given) => process.getBuiltinModule('${SLOW}').${name}(...given)`
}

/** Commander can start other programs as sub-commands; ls-auth has none, and the module is slow to load. */
function withoutSubprocesses() {
  const line = "const childProcess = require('node:child_process');"
  return {
    name: 'without-subprocesses',
    transform(code, id) {
      if (!/commander[\\/]lib[\\/]command\.js$/.test(id)) return null
      if (!code.includes(line)) throw new Error('commander loads child_process in another way now')
      return code.replace(line, '')
    },
  }
}

/** Gives the OpenID library two light classes for the two it takes from Node's fetch: see src/session/protocol/fetch-shapes.ts. */
function fetchShapes() {
  const users = /(openid-client|oauth4webapi)[\\/]build[\\/]index\.js$|src[\\/]session[\\/]protocol[\\/]provider\.ts$/
  const shapes = JSON.stringify(resolve('src/session/protocol/fetch-shapes.ts'))
  return {
    name: 'fetch-shapes',
    transform: (code, id) => (users.test(id) ? `import { Headers, Response } from ${shapes}\n${code}` : null),
  }
}

/** Measuring emoji begins with tables that take longer to make than a trace to draw; most traces hold none. */
function widthOnFirstUse() {
  const line = "import stringWidth from 'string-width'"
  return {
    name: 'width-on-first-use',
    transform(code, id) {
      if (!/render[\\/]width\.ts$/.test(id)) return null
      if (!code.includes(line)) throw new Error('width.ts imports string-width in another way now')
      return code.replace(line, "const stringWidth = (text) => require('string-width').default(text)")
    },
  }
}

/** What is not bundled is loaded by `require`: it spares Node's whole ES module loader, and is all a script can do. */
function foreignByRequire() {
  return {
    name: 'foreign-by-require',
    transform: (code, id) =>
      /src[\\/]system[\\/]\w+\.ts$/.test(id)
        ? code.replace(/await import\('(keytar|fs-native-extensions|open)'\)/g, "require('$1')")
        : null,
    generateBundle(_, bundle) {
      for (const { fileName, code = '' } of Object.values(bundle)) {
        if (/\bimport\(/.test(code)) throw new Error(`${fileName} holds an import() that nothing would answer`)
      }
    },
  }
}

/**
 * Escapes what is not ASCII, all of it in strings and patterns: the files are read as Latin-1, and one with any such
 * character would be kept in memory at two bytes for each.
 */
function oneByteText() {
  const escape = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return {
    name: 'one-byte-text',
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (/\\[^\x00-\x7f]/.test(chunk.code)) throw new Error(`${chunk.fileName} escapes a character in its own way`)
        chunk.code = chunk.code.replace(/[^\x00-\x7f]/g, escape)
      }
    },
  }
}

/** What each file was made of, and its size: the tests keep every command to a budget. */
function facts(output) {
  const outputs = output
    .filter(({ type }) => type === 'chunk')
    .map(({ fileName, code, modules }) => {
      const inputs = Object.entries(modules).map(([id, { renderedLength }]) => [
        relative('.', id).replaceAll('\\', '/'),
        { bytesInOutput: renderedLength },
      ])
      return [`dist/${fileName}`, { bytes: Buffer.byteLength(code), inputs: Object.fromEntries(inputs) }]
    })
  return { outputs: Object.fromEntries(outputs) }
}
