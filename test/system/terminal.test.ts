import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { openExitState } from '../../src/system/signals.ts'
import { processTerminal } from '../../src/system/terminal/terminal.ts'

describe('an error while output is being made', () => {
  const { out } = processTerminal({}, openExitState())

  it.each<[string, Error]>([
    ['a bug', new TypeError('x is not a function')],
    ['an error of the system that is no write error', Object.assign(new Error('read'), { code: 'EIO' })],
    ['a failure with a story of its own', new Failure('refused', 'not this one')],
  ])('%s is not called a write error', async (_, error) => {
    const lines = (function* () {
      if (error) throw error
      yield 'never'
    })()
    await expect(out(lines, '\n')).rejects.toBe(error)
  })
})
