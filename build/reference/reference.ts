import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { manualPages, referenceFiles, staleFiles } from './files.ts'

// `npm run docs` writes man/ and docs/reference/ from the rows of src/cli, and names the pages in package.json.
const files = await referenceFiles()
for (const folder of ['man', 'docs/reference']) mkdirSync(folder, { recursive: true })
for (const [path, text] of files) writeFileSync(path, text)
for (const path of staleFiles(files)) rmSync(path)

// npm links the pages that package.json names, and takes no folder there.
const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
manifest.man = manualPages(files)
writeFileSync('package.json', `${JSON.stringify(manifest, null, 2)}\n`)
