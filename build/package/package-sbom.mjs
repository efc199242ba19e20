// @ts-check
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'

/**
 * The SBOM of `npm run sbom` with the Node that is inside of the executable, and without what differs from one run to the
 * next (serial number, time of the run).
 *
 * @param {string} file
 * @param {number} epoch seconds
 */
export async function writeSbom(file, epoch) {
  execFileSync(process.execPath, ['build/sbom.mjs', file], { stdio: 'inherit' })
  const { serialNumber: _, ...bom } = JSON.parse(await readFile(file, 'utf8'))
  bom.metadata.timestamp = new Date(epoch * 1000).toISOString()
  const version = process.versions.node
  bom.components.push({
    type: 'application',
    'bom-ref': `node@${version}`,
    name: 'node',
    version,
    purl: `pkg:generic/node@${version}`,
    scope: 'required',
    properties: [{ name: 'ls-auth:where', value: 'inside of the executable' }],
  })
  await writeFile(file, `${JSON.stringify(bom, null, 2)}\n`)
}
