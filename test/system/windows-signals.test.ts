import type { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { otherPrograms } from '../../src/system/programs.ts'
import { type ExitState, openExitState, processSignals } from '../../src/system/signals.ts'
import { onWindows } from '../world/on-windows.ts'

let ends: string[]
beforeEach(() => {
  ends = []
  vi.spyOn(process, 'exit').mockImplementation(((status: number) => ends.push(`exit ${status}`)) as never)
  vi.spyOn(process, 'kill').mockImplementation((_, signal) => {
    ends.push(`kill ${signal}`)
    return true
  })
})
afterEach(() => void vi.restoreAllMocks())

const tell = (signal: NodeJS.Signals, number: number) =>
  (process as EventEmitter).emit(signal, signal, number)

/** Ways in which the process was told to end by a signal that came while it renews. */
async function endsBy(
  signal: 'SIGTERM' | 'SIGHUP',
  number: number,
  state = openExitState(),
): Promise<string[]> {
  await processSignals(state).shield(async () => void tell(signal, number))
  return ends
}

const inCall = (): ExitState => ({ ...openExitState(), nativeCalls: 1 })

describe('on Windows, which knows no signals', () => {
  onWindows()

  it('a console that is closed, and who ends it: the status is that of the signal', async () => {
    expect(await endsBy('SIGHUP', 1)).toEqual(['exit 129'])
    ends = []
    expect(await endsBy('SIGTERM', 15)).toEqual(['exit 143'])
  })

  it('a program of exec is of the same console, and hears by itself that it is closed', async () => {
    const { env } = process as { env: Record<string, string> }
    const program = [process.execPath, '-e', 'setTimeout(() => process.exit(4), 300)']
    const running = otherPrograms.run(program, env)
    tell('SIGHUP', 1)
    tell('SIGINT', 2)
    expect(await running).toEqual({ status: 4 })
  })
})

it.each([openExitState(), inCall()])(
  'elsewhere it dies of the signal itself, whatever waits',
  async (state) => {
    expect(await endsBy('SIGHUP', 1, state)).toEqual(['kill SIGHUP'])
  },
)
