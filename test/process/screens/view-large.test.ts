import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { bigTrace } from '../../bench/big-trace.ts'
import { writeOtlpProtobuf } from '../../bench/trace-files.ts'
import { type Machine, openMachine } from '../../world/machine.ts'
import { needs } from '../../world/needs.ts'
import { openViewStage, type ViewStage } from './view-stage.ts'

const SPANS = 100_000
const HEIGHT = 50
const FIRST = /^row 1 of 100000: HTTP/m

/** Keys in turn, and what is on the screen once they are answered. */
const WALK: readonly (readonly [keys: readonly string[], shows: RegExp])[] = [
  [['NPage'], /^row \d\d of 100000: /m],
  [['End'], /^row 100000 of 100000: /m],
  [['e'], /^> .*✗[\s\S]*Continued from the first row\.$/m],
  [['c'], /Showing only the critical path/],
  [['c'], /Showing everything again/],
  [['/', 'orders', 'Enter'], /^row \d+ of 100000: SELECT \S*ders/m],
  [['Enter'], /^SELECT orders[\s\S]*q goes back/],
  [['?'], /^keys[\s\S]*critical path/],
  [['q', 'q', 'Home', 'Left'], /^row 1 of 1: HTTP.* folded/m],
  [['Right'], FIRST],
]

describe.skipIf(!needs({ commands: ['tmux'], packages: ['tmux'] }))('trace view of 100,000 spans', () => {
  let machine: Machine
  let stage: ViewStage
  beforeAll(async () => {
    machine = await openMachine()
    await writeOtlpProtobuf([bigTrace(SPANS)], join(machine.home, 'big.pb'))
    stage = await openViewStage(machine, 'big.pb', 120)
  })
  afterAll(async () => {
    stage?.terminal.close()
    await machine.close()
  })

  it('fits a window of any width, also one that gets another meanwhile', async () => {
    const { terminal } = stage
    await stage.begin(FIRST)
    for (const columns of [120, 60, 200, 120]) {
      terminal.resize(columns, HEIGHT)
      // The bar of the first span reaches to the right edge.
      expectFits(await terminal.sees(new RegExp(`^>.{${columns - 2}}█$`, 'm')), columns)
      for (const [keys, shows] of WALK) {
        terminal.press(...keys)
        expectFits(await terminal.sees(shows), columns)
      }
    }
    terminal.press('q')
    await stage.expectGivenBack(0)
  })
})

/** The terminal wraps a line that is too wide, and tmux joins it with the one below. */
function expectFits(screen: string, columns: number): void {
  const lines = screen.split('\n')
  expect(lines.filter((line) => displayWidth(line) > columns)).toEqual([])
  expect(lines).toHaveLength(HEIGHT)
}
