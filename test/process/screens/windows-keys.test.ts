import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BINARY, type Machine, openMachine } from '../../world/machine.ts'
import { needs } from '../../world/needs.ts'
import { openPty, PTY } from '../../world/pty.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { makeTrace } from '../../world/trace-data.ts'

const AS_ON_WINDOWS = fileURLToPath(new URL('../../world/windows-process.mjs', import.meta.url))

let machine: Machine
beforeAll(async () => {
  machine = await openMachine()
  const trace = toOtlpDocument([makeTrace({ seed: 7 })], 'hex')
  await writeFile(join(machine.home, 'trace.json'), JSON.stringify(trace))
})
afterAll(() => machine.close())

describe.skipIf(!needs(PTY))('trace view where Node knows the signals of Windows only', () => {
  const view = () => {
    const program = [process.execPath, '--import', AS_ON_WINDOWS, BINARY]
    const argv = [...program, 'trace', 'view', join(machine.home, 'trace.json')]
    return openPty(machine, argv)
  }

  it('Ctrl-Z does nothing, and the walk goes on', async () => {
    const pty = view()
    await pty.sees(/row 1 of 37/)
    pty.press('\x1aj')
    await pty.sees(/row 2 of 37/)
    pty.press('q')
    expect(await pty.ended).toBe(0)
    expect(pty.screen.split('\x1b[?1049l')).toHaveLength(2)
  })
  it('Ctrl-C ends it with 130, and not with 1, which is a bug', async () => {
    const pty = view()
    await pty.sees(/row 1 of 37/)
    pty.press('\x03')
    expect(await pty.ended).toBe(130)
    expect(pty.screen.split('\x1b[?1049l')).toHaveLength(2)
  })
})
