// @ts-check
import { relative } from 'node:path'

/**
 * Which modules each built file contains: tests judge what a command loads.
 *
 * @param {readonly (import('rolldown').OutputChunk | import('rolldown').OutputAsset)[]} output
 */
export function facts(output) {
  /** @type {Record<string, { inputs: Record<string, { bytesInOutput: number }> }>} */
  const outputs = {}
  for (const one of output) {
    if (one.type !== 'chunk') continue
    /** @type {Record<string, { bytesInOutput: number }>} */
    const inputs = {}
    for (const [id, { renderedLength }] of Object.entries(one.modules)) {
      inputs[relative('.', id).replaceAll('\\', '/')] = { bytesInOutput: renderedLength }
    }
    outputs[`dist/${one.fileName}`] = { inputs }
  }
  return { outputs }
}
