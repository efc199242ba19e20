import { afterEach, describe, expect, it, vi } from 'vitest'
import { openBackgroundRecord } from '../../src/audit/background.ts'
import type { AuditEntry } from '../../src/audit/record.ts'
import type { Files, Ports } from '../../src/ports/ports.ts'

const entry = (path: string): AuditEntry => ({
  time: '2026-01-01T00:00:00.000Z',
  way: 'proxy',
  event: 'request',
  profile: 'p',
  issuer: null,
  sub: null,
  jti: null,
  api: null,
  place: null,
  method: 'GET',
  path,
  trace_id: null,
  span_id: null,
  status: 200,
  ms: 1,
  reason: null,
  traceparent: null,
  client: null,
})

/** A disk whose writes end when the test says so. */
function slowDisk() {
  const writes: { text: string; end: (error?: NodeJS.ErrnoException) => void }[] = []
  const append: Files['append'] = (_, bytes) =>
    new Promise((resolve, reject) => {
      const end = (error?: Error) => (error ? reject(error) : resolve(bytes.length))
      writes.push({ text: Buffer.from(bytes).toString(), end })
    })
  const env = { uid: 1000, variables: {} }
  const ports = { env, files: async () => ({ append }) as Files } as Pick<Ports, 'env' | 'files' | 'lock'>
  return { writes, ports }
}
const lost = vi.fn()
afterEach(() => lost.mockReset())
const settled = () => new Promise((done) => setTimeout(done, 5))
const pathsIn = (text = '') =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).path)

describe('the record of a process that serves many requests', () => {
  it('writes at once; what comes meanwhile goes together, in order', async () => {
    const { writes, ports } = slowDisk()
    const record = openBackgroundRecord('/state', ports, lost)
    for (const path of ['/1', '/2', '/3']) record.add(entry(path))
    await settled()
    expect(writes.map(({ text }) => pathsIn(text))).toEqual([['/1']])
    writes[0]?.end()
    await settled()
    expect(pathsIn(writes[1]?.text)).toEqual(['/2', '/3'])
    writes[1]?.end()
    await record.flush(1_000)
    expect(writes).toHaveLength(2)
  })

  it('a failed write loses its lines and no others', async () => {
    const { writes, ports } = slowDisk()
    const record = openBackgroundRecord('/state', ports, lost)
    record.add(entry('/1'))
    record.add(entry('/2'))
    await settled()
    writes[0]?.end(Object.assign(new Error('full'), { code: 'ENOSPC' }))
    await settled()
    expect(pathsIn(writes[1]?.text)).toEqual(['/2'])
    expect(lost.mock.calls).toEqual([[{ file: '/state/audit.jsonl', code: 'ENOSPC' }]])
  })
})
