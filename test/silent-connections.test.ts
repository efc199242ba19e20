import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { limitSilent } from '../src/silent-connections.ts'

class Connection extends EventEmitter {
  isClosed = false
  destroy() {
    this.isClosed = true
    this.emit('close')
  }
}

function openServer() {
  const server = new EventEmitter()
  limitSilent(server as never)
  const connect = () => {
    const connection = new Connection()
    server.emit('connection', connection)
    return connection
  }
  const ask = (socket: Connection) => server.emit('request', { socket })
  const connectMany = (count: number) => Array.from({ length: count }, connect)
  return { connect, connectMany, ask }
}
const closed = (connections: readonly Connection[]) => connections.filter(({ isClosed }) => isClosed).length

describe('connections that have asked for nothing yet', () => {
  it('are kept, 512 of them; one more costs the oldest, and the browser that came last is heard', () => {
    const { connect, connectMany } = openServer()
    const many = connectMany(512)
    expect(closed(many)).toBe(0)
    const browser = connect()
    expect([many[0]?.isClosed, closed(many), browser.isClosed]).toEqual([true, 1, false])
    connect()
    expect([many[1]?.isClosed, closed(many)]).toEqual([true, 2])
  })

  it('do not count once they are closed: they cost nobody a place', () => {
    const { connect, connectMany } = openServer()
    const browser = connect()
    for (const one of connectMany(511)) one.destroy()
    connectMany(511)
    expect(browser.isClosed).toBe(false)
    connect()
    expect(browser.isClosed).toBe(true)
  })

  it('do not count once they have asked: the browser that waits for its page keeps its connection', () => {
    const { connect, connectMany, ask } = openServer()
    const browser = connect()
    ask(browser)
    connectMany(1_000)
    expect(browser.isClosed).toBe(false)
  })
})
