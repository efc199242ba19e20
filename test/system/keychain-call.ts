import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../src/errors.ts'
import type { Keychain } from '../../src/ports/ports.ts'
import { processEnv } from '../../src/system/env.ts'
import { osKeychain } from '../../src/system/keychain.ts'
import { leave, openExitState } from '../../src/system/signals.ts'
import { processTerminal } from '../../src/system/terminal/terminal.ts'

/** What the child is to do with the keychain, in order. */
export type Step =
  | readonly ['set', string, string]
  | readonly ['get' | 'remove', string]
  /** Says it on standard error, and gives whoever hears it a while. */
  | readonly ['tell', string]

/** How a step ended: with a value (null for undefined) or with a Failure. */
export type Result =
  | { readonly value: string | boolean | null }
  | { readonly code: string; readonly exit: number; readonly message: string; readonly hint: string }

/**
 * A process of its own for the keychain adapter: steps as JSON on standard input, results as JSON on standard
 * output. Leaves like the program does, so that a call that hangs can be seen to be left. AS_PLATFORM: whose words it takes.
 */
async function main(): Promise<void> {
  const steps = JSON.parse(await text(process.stdin)) as Step[]
  const { AS_PLATFORM = process.platform } = process.env
  const env = { ...processEnv(), platform: AS_PLATFORM as NodeJS.Platform }
  let status = 0
  const results: Result[] = []
  const exitState = openExitState()
  const keychain = await osKeychain(env, processTerminal(env.variables, exitState), exitState)
  for (const step of steps) {
    try {
      results.push({ value: (await perform(keychain, step)) ?? null })
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const { code, exit, message, hint } = error
      results.push({ code, exit, message, hint })
      status = exit
    }
  }
  await new Promise((resolve) => process.stdout.write(JSON.stringify(results), resolve))
  leave(status, exitState)
}

async function perform(keychain: Keychain, step: Step): Promise<string | boolean | undefined> {
  if (step[0] === 'set') {
    await keychain.set(step[1], step[2])
    return true
  }
  if (step[0] === 'tell') {
    process.stderr.write(step[1])
    await sleep(1_500)
    return true
  }
  return step[0] === 'get' ? keychain.get(step[1]) : keychain.remove(step[1])
}

await main()
