// @ts-check
import { readFile } from 'node:fs/promises'
import { brotliCompressSync } from 'node:zlib'

/**
 * jq-wasm with its WebAssembly compressed: a file of 0.25 MB beside the code, where `jq-wasm/inline` has 1.3 MB. The
 * executable is one file, and holds it as text.
 *
 * @param {'beside' | 'inside'} place
 * @returns {import('rolldown').Plugin}
 */
export const smallJq = (place) => ({
  name: 'small-jq',
  // Where jq runs out of memory, its runtime would print `Aborted()` above our error.
  transform: {
    filter: { id: /jq-wasm[\\/]dist[\\/]/ },
    handler: (code) => code.replace('console.error(message);', ''),
  },
  load: {
    filter: { id: /jq-wasm[\\/]dist[\\/]inline\.mjs$/ },
    async handler(id) {
      const packed = brotliCompressSync(await readFile(id.replace(/inline\.mjs$/, 'build/jq.wasm')))
      if (place === 'beside') this.emitFile({ type: 'asset', fileName: 'chunks/jq.wasm.br', source: packed })
      const read =
        place === 'beside'
          ? "readFileSync(new URL('jq.wasm.br', import.meta.url))"
          : `Buffer.from('${packed.toString('base64')}', 'base64')`
      return `import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { loadJq } from ${JSON.stringify(id.replace(/inline\.mjs$/, 'index.mjs'))}
let jq
export const raw = async (...args) => {
  jq ??= loadJq({ wasmBinary: brotliDecompressSync(${read}) })
  return (await jq).raw(...args)
}`
    },
  },
})
