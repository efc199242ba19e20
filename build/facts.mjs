// @ts-check
import { relative } from 'node:path'

/**
 * Which modules each built file contains, and its size in bytes: tests hold every command to a budget.
 *
 * @param {readonly (import('rolldown').OutputChunk | import('rolldown').OutputAsset)[]} output
 */
export function facts(output) {
  /** @type {Record<string, { bytes: number, inputs: Record<string, { bytesInOutput: number }> }>} */
  const outputs = {}
  for (const one of output) {
    if (one.type !== 'chunk') continue
    /** @type {Record<string, { bytesInOutput: number }>} */
    const inputs = {}
    for (const [id, { renderedLength }] of Object.entries(one.modules)) {
      inputs[relative('.', id).replaceAll('\\', '/')] = { bytesInOutput: renderedLength }
    }
    outputs[`dist/${one.fileName}`] = { bytes: Buffer.byteLength(one.code), inputs }
  }
  return { outputs }
}
