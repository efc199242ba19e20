// @ts-check
import { basename } from 'node:path'
import { rolldown } from 'rolldown'

/**
 * Bundles one TypeScript tool of test/ (the demo, the bench, …) into .build/NAME.mjs, so that Node 20 can run it.
 * Packages are not bundled.
 *
 * @param {string} path
 */
export async function buildTool(path) {
  const bundle = await rolldown({
    input: path,
    platform: 'node',
    moduleTypes: { '.md': 'text' },
    external: (id) => !/^[./\0]/.test(id),
    transform: { target: 'node20.19' },
  })
  const file = `.build/${basename(path, '.ts')}.mjs`
  await bundle.write({ file, format: 'esm', sourcemap: 'inline', codeSplitting: false })
}
