// @ts-check
// The built program, loaded once. It takes command lines from the socket whose path is its argument, one after the other,
// runs each with the real ports and the variables that came with it, and marks the end on both streams (warm-program.ts).
import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

const { realPorts, run } = createRequire(import.meta.url)('../../dist/main.cjs')
const [, , path = ''] = process.argv
const socket = connect(path)
for await (const line of createInterface({ input: socket })) {
  const { argv, env } = JSON.parse(line)
  process.env = env
  const exit = await run(argv, realPorts())
  for (const stream of [1, 2]) writeSync(stream, `\x1e${exit}\x1e`)
  socket.write('.')
}
