// Builds the program into dist/, or one TypeScript tool of test/ into .build/ (`node build.mjs test/demo.ts`).
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { build } from 'esbuild'

const { version } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'))
const common = { bundle: true, format: 'esm', platform: 'node', target: 'node20.19', logLevel: 'warning' }
const tool = process.argv[2]

await mkdir('.build', { recursive: true })
if (tool) {
  const outfile = `.build/${basename(tool, '.ts')}.mjs`
  await build({ ...common, entryPoints: [tool], outfile, packages: 'external', sourcemap: 'inline' })
} else {
  await rm('dist', { recursive: true, force: true })
  const { metafile } = await build({
    ...common,
    entryPoints: ['src/main.ts'],
    outdir: 'dist',
    // One chunk per lazily loaded part: a command reads only what it needs.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    metafile: true,
    define: { LS_AUTH_VERSION: JSON.stringify(version) },
    // Native packages, and `open`, which ships a script of its own beside its code.
    external: ['keytar', 'fs-native-extensions', 'open'],
    // CommonJS packages inside an ES module bundle ask for `require`.
    banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
  })
  await writeFile('.build/meta.json', JSON.stringify(metafile))
}
