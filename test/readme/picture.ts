import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { KNOWN } from '../play/traffic.ts'
import { startTempoApi } from '../world/tempo-api.ts'
import { movedTo } from '../world/trace-data.ts'
import { terminalSvg } from './svg.ts'

export const PICTURE = 'docs/picture.svg'
const COLUMNS = 100
const TITLE = 'ls-auth trace get draws a failed checkout: where the time went and where the error began'

/** The picture of the README: what the built program draws of the trace that `npm run play` always has. */
export async function drawPicture(): Promise<string> {
  const tempo = await startTempoApi({ traces: [movedTo(Date.now() - 150_000, KNOWN)] })
  try {
    const command = [
      '--color',
      'always',
      '--backend',
      'tempo',
      '--api',
      tempo.url,
      'trace',
      'get',
      KNOWN.traceId,
    ]
    const drawn = await outputOf(command)
    const shown = `$ ls-auth trace get ${KNOWN.traceId}\n${drawn.trimEnd()}`
    return terminalSvg(shown.split('\n'), COLUMNS, TITLE)
  } finally {
    await tempo.close()
  }
}

function outputOf(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ['bin/ls-auth.js', ...args], {
    env: { PATH: process.env.PATH, HOME: '/nonexistent', LANG: 'C.UTF-8', COLUMNS: String(COLUMNS) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (part) => {
    output += part
  })
  return new Promise((resolve, reject) => {
    child.on('close', (status) => (status === 0 ? resolve(output) : reject(new Error(`exit ${status}`))))
  })
}

if (process.argv[1]?.includes('picture')) await writeFile(PICTURE, await drawPicture())
