// @ts-check
// `npm run sbom [FILE]` writes what the built program is made of as CycloneDX JSON (sbom.cdx.json when no file is named).
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { bundledPackages } from './bundled.mjs'
import { EXTERNAL } from './program.mjs'

/**
 * What is compiled into a package, with the licences of jq-notices.txt: npm knows nothing of it.
 *
 * @type {Readonly<Record<string, readonly (readonly [name: string, licence: string])[]>>}
 */
const INSIDE = {
  'jq-wasm': [
    ['jq', 'MIT'],
    ['decNumber', 'ICU'],
    ['oniguruma', 'BSD-2-Clause'],
    ['musl', 'MIT'],
    ['emscripten', 'MIT'],
  ],
}

const bundled = await bundledPackages(JSON.parse(await readFile('.build/meta.json', 'utf8')))
const inside = new Set(bundled.map(({ name, version }) => `${name}@${version}`))
// npm writes the SBOM of everything installed here, with licenses and hashes; it is filtered to what is shipped.
const command = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only']
const bom = JSON.parse(execFileSync('npm', command, { encoding: 'utf8', maxBuffer: 2 ** 26 }))
const shipped = new Set([...inside, ...installed()])
bom.components = bom.components.filter(isShipped).map(describe)
bom.dependencies = bom.dependencies
  .filter((/** @type {{ ref: string }} */ { ref }) => ref.startsWith('ls-auth@') || shipped.has(ref))
  .map((/** @type {{ dependsOn?: string[] }} */ one) => ({
    ...one,
    dependsOn: (one.dependsOn ?? []).filter((ref) => shipped.has(ref)),
  }))
bom.metadata.component.name = 'ls-auth'
await writeFile(process.argv[2] ?? 'sbom.cdx.json', `${JSON.stringify(bom, null, 2)}\n`)

/** What npm installs for a user beside the program: the packages that are not bundled, and their dependencies. */
function installed() {
  /** @type {Set<string>} */
  const found = new Set()
  const [root] = bom.dependencies
  const queue = root.dependsOn.filter((/** @type {string} */ ref) =>
    EXTERNAL.some((name) => isNamed(ref, name)),
  )
  for (let ref = queue.pop(); ref !== undefined; ref = queue.pop()) {
    if (found.has(ref)) continue
    found.add(ref)
    queue.push(
      ...(bom.dependencies.find((/** @type {{ ref: string }} */ one) => one.ref === ref)?.dependsOn ?? []),
    )
  }
  return found
}

/**
 * keytar is an npm alias of @github/keytar.
 *
 * @param {string} ref
 * @param {string} name
 */
function isNamed(ref, name) {
  return ref.startsWith(`${name}@`) || ref.startsWith(`@github/${name}@`)
}

/** @param {{ 'bom-ref': string }} component */
function isShipped(component) {
  return shipped.has(component['bom-ref'])
}

/** @param {{ 'bom-ref': string, name: string }} component */
function describe(component) {
  const where = inside.has(component['bom-ref']) ? 'bundled into dist' : 'installed by npm'
  const components = INSIDE[component.name]?.map(([name, id]) => ({
    type: 'library',
    'bom-ref': `${component['bom-ref']}/${name}`,
    name,
    licenses: [{ license: { id } }],
  }))
  return {
    ...component,
    scope: 'required',
    properties: [{ name: 'ls-auth:where', value: where }],
    ...(components && { components }),
  }
}
