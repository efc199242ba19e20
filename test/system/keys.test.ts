import { PassThrough } from 'node:stream'
import type { ReadStream } from 'node:tty'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Key } from '../../src/ports/terminal.ts'
import { type Keys, openKeys } from '../../src/system/terminal/full-screen.ts'

const [BEGIN, END, CTRL_C] = ['\x1b[200~', '\x1b[201~', '\x03']

let input: PassThrough
let keys: Keys
let interrupts: number
const type = (text: string) => input.emit('data', Buffer.from(text))
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)
/** The names of all keys that wait to be taken; of a paste its text in brackets. */
async function taken(): Promise<string[] | undefined> {
  keys.wake()
  return (await keys.next())?.map(told)
}
const told = ({ name, text }: Key) => (name === 'paste' ? `[${text}]` : name)

beforeEach(() => {
  vi.useFakeTimers()
  input = new PassThrough()
  interrupts = 0
  keys = openKeys(input as unknown as ReadStream, {
    interrupt: () => {
      interrupts += 1
    },
    stop: () => {},
  })
})
afterEach(() => void vi.useRealTimers())

describe('a paste', () => {
  it('ends with its mark', async () => {
    type(`${BEGIN}a\nb [201~ q${END}j`)
    expect(await taken()).toEqual(['[a b [201~ q]', 'j'])
  })

  it('of which no more than some thousand characters are kept ends with its mark', async () => {
    type(`${BEGIN}${'y'.repeat(10_000)}${END}j`)
    expect(await taken()).toEqual([`[${'y'.repeat(4096)}]`, 'j'])
  })

  it('is not over because the one before would be', async () => {
    type(`${BEGIN}a${END}`)
    await pass(300)
    type(`${BEGIN}b`)
    await pass(300)
    expect(await taken()).toEqual(['[a]'])
  })
})

describe('Ctrl-C', () => {
  it('interrupts once nothing comes any more, and what comes until then is no key', async () => {
    type(`${CTRL_C}q`)
    for (let turn = 0; turn < 4; turn++) {
      await pass(15)
      type('q')
    }
    expect(interrupts).toBe(0)
    await pass(30)
    expect(interrupts).toBe(1)
    expect(await taken()).toEqual([])
  })

  it('behind a key that ends the walk comes before its end', async () => {
    type(`q${CTRL_C}`)
    let seen = -1
    void keys.close().then(() => {
      seen = interrupts
    })
    await pass(500)
    expect(seen).toBe(1)
  })
})
