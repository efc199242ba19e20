import { expect, it } from 'vitest'
import type { Invocation } from '../../../src/commands/invocation.ts'
import { tellOfLost } from '../../../src/commands/request/recorder.ts'

it('a gap in the record is told once an invocation, however many write to it', () => {
  const said: string[] = []
  const terminal = { errIsTTY: false, err: (text: string) => said.push(text) }
  const run = () => ({ ports: { terminal }, noted: new Set<string>() }) as unknown as Invocation
  const lost = { file: '/state/audit.jsonl', code: 'ENOSPC' }
  const line = 'warning: not recorded: /state/audit.jsonl could not be written (ENOSPC)\n'
  const first = run()
  // A call of an agent is an invocation that shares what was told.
  const [refresh, request] = [tellOfLost(first), tellOfLost({ ...first })]
  refresh(lost)
  refresh(lost)
  request({ ...lost, code: 'EIO' })
  expect(said).toEqual([line])
  tellOfLost(run())(lost)
  expect(said).toEqual([line, line])
})
