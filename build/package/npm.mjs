// @ts-check
// `npm run package:npm [-- DIRECTORY]` packs the built program for npm alone, with any Node, and prints the file.
import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { packForNpm } from './npm-package.mjs'
import { sourceDateEpoch } from './staging.mjs'

const target = process.argv[2] ?? 'packages'
await mkdir(target, { recursive: true })
await mkdir('.build', { recursive: true })
const { filename } = await packForNpm(target, await mkdtemp('.build/npm-'), sourceDateEpoch())
process.stdout.write(`${join(target, filename)}\n`)
