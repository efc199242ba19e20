// @ts-check
// `node build/build.mjs` bundles the program into dist/; `node build/build.mjs test/demo.ts …` tools into .build/.
import { mkdir } from 'node:fs/promises'
import { buildProgram } from './program.mjs'
import { buildTool } from './tool.mjs'

const tools = process.argv.slice(2)
await mkdir('.build', { recursive: true })
if (tools.length === 0) await buildProgram()
for (const tool of tools) await buildTool(tool)
