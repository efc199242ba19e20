import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
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

  it('that is dropped is told to nobody, and keys are keys', async () => {
    type(`${BEGIN}abc`)
    keys.dropPaste()
    type('j')
    await pass(1000)
    expect(await taken()).toEqual(['j'])
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

  it('interrupts after half a second of what goes on coming', async () => {
    type(`${BEGIN}${CTRL_C}`)
    for (let turn = 0; turn < 49; turn++) {
      await pass(10)
      type('q')
    }
    expect(interrupts).toBe(0)
    await pass(10)
    expect(interrupts).toBe(1)
  })

  it('pressed again interrupts at once; a second one in the same paste does not', async () => {
    type(`${BEGIN}a${CTRL_C}b${CTRL_C}c`)
    for (let turn = 0; turn < 9; turn++) {
      await pass(10)
      type(`q${CTRL_C}`)
    }
    expect(interrupts).toBe(0)
    await pass(10)
    type(CTRL_C)
    expect(interrupts).toBe(1)
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

describe('a process that was busy', () => {
  it('reads what came meanwhile before a paste is over', async () => {
    vi.useRealTimers()
    const { far, near, close } = await openLine()
    const ofLine = openKeys(near as unknown as ReadStream, { interrupt: () => {}, stop: () => {} })
    const read = once(near, 'data')
    far.write(`${BEGIN}a`)
    await read
    far.write('q')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700)
    await new Promise((resolve) => setTimeout(resolve, 50))
    far.write(END)
    expect((await ofLine.next())?.map(told)).toEqual(['[aq]'])
    await ofLine.close()
    close()
  })
})

/** Two ends of a line through the kernel, which keeps what nobody reads yet. */
async function openLine(): Promise<{ far: Socket; near: Socket; close: () => void }> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const come = once(server, 'connection') as Promise<[Socket]>
  const far = connect(address.port, '127.0.0.1').setNoDelay()
  const [near] = await come
  return {
    far,
    near,
    close() {
      far.destroy()
      near.destroy()
      server.close()
    },
  }
}
