import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Outcome } from '../../world/world.ts'
import { commandsIn, filled, type Words } from './commands-in.ts'
import type { FailureRow } from './failures/row.ts'
import { FAILURES } from './failures.ts'
import { openPlace, type Place } from './place.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
})
afterEach(() => place.renew())
afterAll(() => place.close())

let run = 0
let worked = 0
/** Follows the hints of this many failures, one after the other: more would be a circle. */
const MOST_STEPS = 3

/** All that is advice: the hint, our own detail, and what doctor says is next. */
const adviceOf = ({ stdout, stderr }: Outcome): string =>
  [
    ...stderr.split('\n').filter((line) => line.startsWith('hint:') || /^ {2}(?!server:)/.test(line)),
    stdout
      .replaceAll(/\n +/g, ' ')
      .split('\n')
      .flatMap((line) => /→ .*/.exec(line) ?? []),
  ].join('\n')

const usual = (): Record<string, string> => ({
  '--issuer': place.stage.provider.issuer,
  '--client-id': place.stage.provider.clientId,
  '--api': place.stage.gateway.url,
  '--audience': 'api://traces',
  '--scope': 'traces:read',
  '--scopes': 'openid',
  '--profile': 'work',
  'use NAME': 'work',
  // A gateway that does not say how to sign in: exit 7.
  'login URL': place.stage.gateway.url,
  'get ID': place.stage.trace.traceId,
  'get FILE': place.file,
  '--file': place.file,
  organization: 'acme',
  project: 'prod',
  tenant: 'acme',
})

/** Runs the commands that a failure advises; gives them back. */
async function follow(row: FailureRow, outcome: Outcome): Promise<Words[]> {
  const commands = commandsIn(adviceOf(outcome))
  for (const words of commands) {
    const line = filled(words, { ...usual(), ...row.values?.(place) })
    run++
    const { exit, stderr } = await place.world.type(line)
    expect(row.exits ?? [0], `${line}\n${stderr}`).toContain(exit)
    worked++
  }
  return commands
}

describe('a hint, pasted', () => {
  it.each(FAILURES)('$name', async (row) => {
    await row.arrange?.(place)
    const line = typeof row.line === 'string' ? row.line : row.line(place)
    let outcome = await place.world.type(line)
    expect(outcome.exit, outcome.stderr).toBe(row.exit)
    const advised = commandsIn(adviceOf(outcome))
    expect(advised.length, outcome.stderr).toSatisfy((count) => (row.noCommand ? count === 0 : count > 0))
    for (const words of advised) {
      keepsProfile(line, words)
      if (row.failing !== undefined) expect(words.join(' ')).not.toContain(row.failing)
    }
    await row.meanwhile?.(place)
    for (let step = 0; step < MOST_STEPS; step++) {
      await follow(row, outcome)
      if (row.cured === undefined) return
      outcome = await place.world.type(row.cured === true ? line : row.cured)
      if (outcome.exit === 0) return
    }
    expect.fail(`the hints lead in a circle: ${outcome.stderr}`)
  })

  it('that is all of them', ({ annotate }) => {
    expect(worked).toBe(run)
    return annotate(`${run} hints run, ${worked} work`)
  })
})

/** A command that works with a profile names the one that was typed. */
function keepsProfile(line: string, words: Words): void {
  const typed = /--profile (\S+)/.exec(line)?.[1]
  const text = words.join(' ')
  if (typed === undefined || /--help|ls-auth profile (use|list|add|remove)/.test(text)) return
  expect(text).toContain('--profile ')
}
