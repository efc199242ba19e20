// @ts-check
import { readFile } from 'node:fs/promises'
import { brotliCompressSync } from 'node:zlib'

/**
 * jq-wasm with its WebAssembly compressed, for the executable: 0.3 MB, where `jq-wasm/inline` has 1.3 MB.
 *
 * @type {import('rolldown').Plugin}
 */
export const smallJq = {
  name: 'small-jq',
  load: {
    filter: { id: /jq-wasm[\\/]dist[\\/]inline\.mjs$/ },
    async handler(id) {
      const wasm = await readFile(id.replace(/inline\.mjs$/, 'build/jq.wasm'))
      return `import { brotliDecompressSync } from 'node:zlib'
import { loadJq } from ${JSON.stringify(id.replace(/inline\.mjs$/, 'index.mjs'))}
const packed = '${brotliCompressSync(wasm).toString('base64')}'
let jq
export const raw = async (...args) => {
  jq ??= loadJq({ wasmBinary: brotliDecompressSync(Buffer.from(packed, 'base64')) })
  return (await jq).raw(...args)
}`
    },
  },
}
