// @ts-check
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { rolldown } from 'rolldown'
import { bundledPackages } from './bundled.mjs'
import { chunkPlan } from './chunk-plan.mjs'
import { eagerFunctions } from './eager.mjs'
import { facts } from './facts.mjs'
import { thirdPartyNotices } from './notices.mjs'
import { smallJq } from './small-jq.mjs'

/**
 * What the user's npm installs beside the program: native packages, `open` with its script, and what few runs load. The npm
 * package names the version of each, and of their own packages too (package/published.mjs).
 */
export const EXTERNAL = ['@decimalturn/toml-patch', 'fs-native-extensions', 'keytar', 'open', 'string-width']

const { version, homepage = '' } = JSON.parse(await readFile('package.json', 'utf8'))

/** What the program is built for. */
export const NODE = /** @type {const} */ ({
  platform: 'node',
  // docs/json.md, where `--json=FIELDS` finds the names.
  moduleTypes: { '.md': 'text' },
  transform: {
    target: 'node20.19',
    define: { LS_AUTH_VERSION: JSON.stringify(version), LS_AUTH_HOMEPAGE: JSON.stringify(homepage) },
  },
})

const OUTPUT = /** @type {const} */ ({
  dir: 'dist',
  // CommonJS: Node's loader of ES modules is slower (`npm run bench -- start`).
  format: 'cjs',
  minify: true,
  // The licences of what is bundled are in dist/THIRD-PARTY-NOTICES.txt.
  comments: { legal: false },
  entryFileNames: '[name].cjs',
  chunkFileNames: 'chunks/[name].cjs',
})

/**
 * Exports of a chunk as plain properties, where the bundler writes a getter of 75 characters for each: every start reads
 * them. What is assigned again keeps its getter.
 *
 * @type {import('rolldown').Plugin}
 */
const plainExports = {
  name: 'plain-exports',
  renderChunk: (code) =>
    code.replace(
      /Object\.defineProperty\(exports, "(\w+)", \{\s*enumerable: true,\s*get: function \(\) \{\s*return (\w+);\s*\}\s*\}\);/g,
      (getter, name, value) =>
        new RegExp(`(?<!(var|let|const) |[.\\w$])${value} *([^\\s\\w=(]*=(?![=>])|\\+\\+|--)`).test(code)
          ? getter
          : `exports.${name} = ${value};`,
    ),
}

/**
 * Node's own modules that a start can do without. Commander loads child_process for commands that are programs of their
 * own, and there are none: 3 ms. A module of Node that is imported as a whole is copied, getter by getter: 1 ms.
 *
 * @type {import('rolldown').Plugin}
 */
const lateBuiltins = {
  name: 'late-builtins',
  transform: {
    filter: { id: /commander\/lib\/command\.js$/ },
    handler: (code) => code.replace("= require('node:child_process')", '= undefined'),
  },
  renderChunk: (code) =>
    code.replace(/(node_\w+) = [\w.]+\(\1, 1\);/g, '$1 = { __proto__: $1, default: $1 };'),
}

/**
 * The MCP kit's other validator of JSON schemas: a seventh of the size, and it makes no code from what a server sends. Each
 * half of the kit would bring a copy of Ajv.
 *
 * @type {import('rolldown').Plugin}
 */
const smallValidator = {
  name: 'small-validator',
  transform: {
    filter: { id: /@modelcontextprotocol\/\w+\/dist\/shimsNode\.mjs$/ },
    handler: (code) =>
      code.replace(
        /import .* from ".\/ajvProvider-\w+\.mjs"/,
        `import { CfWorkerJsonSchemaValidator as AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/cf-worker'`,
      ),
  },
}

/**
 * Both halves of the MCP kit hold the schemas of both revisions: the client's half takes the server's. Each makes JSON Schema
 * of Zod's schemas for those who describe tools by them: `ls-auth` describes its own by JSON Schema.
 *
 * @type {import('rolldown').Plugin}
 */
const smallKit = {
  name: 'small-kit',
  transform: {
    filter: {
      id: /@modelcontextprotocol\/(client|server)\/dist\/src-[\w-]+\.mjs$|zod\/v4\/core\/(json-schema-processors|to-json-schema)\.js$/,
    },
    async handler(code, id) {
      if (/[\\/]zod[\\/]/.test(id)) {
        const exported = code.matchAll(/^export (?:(?:const|function) |\{ \w+ as )(\w+)/gm)
        const names = [...exported].map(([, name]) => `leftOut as ${name}`)
        return `const leftOut = () => { throw new Error('This build makes no JSON Schema of Zod schemas') }
export { ${names.join(', ')} }`
      }
      const schemas = '{ buildSchemas2025, buildSchemas2026 }'
      if (/[\\/]server[\\/]/.test(id)) return `${code}\nexport ${schemas}`
      const directory = join(dirname(id), '../../server/dist')
      const server = (await readdir(directory)).find((name) => /^src-[\w-]+\.mjs$/.test(name)) ?? ''
      const others = await readFile(join(directory, server), 'utf8')
      const rest = code.replace(/^\/\/#region \S+\/buildSchemas\.ts$[\s\S]*?^\/\/#endregion$/gm, (region) =>
        others.includes(region) ? '' : region,
      )
      return `import ${schemas} from ${JSON.stringify(join(directory, server))}\n${rest}`
    },
  },
}

/**
 * Of undici only what the program calls: agents, pools and `request`. Its fetch, WebSocket, caches and mocks stay out.
 *
 * @type {import('rolldown').Plugin}
 */
const smallUndici = {
  name: 'small-undici',
  transform: {
    filter: { id: /undici\/index\.js$/ },
    handler: (code) => {
      const makeDispatcher = /^function makeDispatcher [\s\S]*?^}$/m.exec(code)?.[0]
      if (makeDispatcher === undefined) throw new Error('undici has no makeDispatcher any more')
      return `'use strict'
const util = require('./lib/core/util')
const { InvalidArgumentError } = require('./lib/core/errors')
const { getGlobalDispatcher } = require('./lib/global')
Object.assign(require('./lib/dispatcher/dispatcher').prototype, require('./lib/api'))
module.exports.Pool = require('./lib/dispatcher/pool')
module.exports.Agent = require('./lib/dispatcher/agent')
module.exports.EnvHttpProxyAgent = require('./lib/dispatcher/env-http-proxy-agent')
${makeDispatcher}
module.exports.request = makeDispatcher(require('./lib/api/api-request'))`
    },
  },
  load: {
    // Bodies that are forms, HTTP/2, SOCKS proxies, and a second parser for processors without SIMD, for which no file
    // lock is prebuilt.
    filter: {
      id: /undici\/lib\/(web\/fetch\/body|dispatcher\/(client-h2|socks5-proxy-agent)|llhttp\/llhttp-wasm)\.js$/,
    },
    handler: (id) =>
      id.endsWith('-wasm.js') ? "module.exports = require('./llhttp_simd-wasm.js')" : 'module.exports = {}',
  },
}

/** Bundles the program into dist/. What each file is made of goes to .build/meta.json. */
export async function buildProgram() {
  const made = facts([...(await buildMain()), ...(await buildStart())])
  await writeFile('.build/meta.json', JSON.stringify(made))
  await writeFile('dist/THIRD-PARTY-NOTICES.txt', await thirdPartyNotices(await bundledPackages(made)))
}

async function buildMain() {
  const isExternal = (/** @type {string} */ id) =>
    EXTERNAL.some((name) => id === name || id.startsWith(`${name}/`))
  const chunks = chunkPlan(isExternal)
  const bundle = await rolldown({
    ...NODE,
    input: { main: 'src/main.ts' },
    preserveEntrySignatures: 'allow-extension',
    // What several commands import is moved into one file with what one loads later.
    checks: { ineffectiveDynamicImport: false },
    external: isExternal,
    plugins: [
      chunks.plugin,
      plainExports,
      lateBuiltins,
      smallValidator,
      smallKit,
      smallUndici,
      smallJq('beside'),
      eagerFunctions,
    ],
  })
  const { output } = await bundle.write({
    ...OUTPUT,
    cleanDir: true,
    codeSplitting: { groups: chunks.groups },
  })
  return output
}

/** A separate bundle: it enables the compile cache, before any of the program is loaded. */
async function buildStart() {
  const program = './main.ts'
  const bundle = await rolldown({
    ...NODE,
    input: { start: 'src/start.ts' },
    plugins: [
      lateBuiltins,
      {
        name: 'the-program',
        resolveId: (source) => (source === program ? { id: './main.cjs', external: true } : null),
      },
    ],
  })
  // By `require`: `import()` would start Node's loader of ES modules for a CommonJS file.
  const { output } = await bundle.write({ ...OUTPUT, dynamicImportInCjs: false })
  return output
}
