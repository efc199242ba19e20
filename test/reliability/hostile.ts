import { parseArgs } from 'node:util'
import type { Provider } from '../world/provider.ts'
import { apiScenarios } from './hostile/api-answers.ts'
import { destinationScenarios } from './hostile/destinations.ts'
import { deviceScenarios } from './hostile/device-answers.ts'
import { gatewayScenarios } from './hostile/gateway-answers.ts'
import { idTokenScenarios } from './hostile/id-tokens.ts'
import { listenerScenarios } from './hostile/listener.ts'
import { browserScenarios } from './hostile/local-browser.ts'
import { fileScenarios } from './hostile/local-files.ts'
import { keyFileScenarios } from './hostile/local-key-file.ts'
import { metadataScenarios } from './hostile/metadata.ts'
import { oddProviderScenarios } from './hostile/odd-providers.ts'
import { redirectScenarios } from './hostile/redirects.ts'
import { familiesWithoutTwin, type Scenario } from './hostile/scenario.ts'
import { openScene, startSharedProvider } from './hostile/scene.ts'
import { signOutScenarios } from './hostile/sign-outs.ts'
import { strangeFileScenarios } from './hostile/strange-files.ts'
import { tokenAnswerScenarios } from './hostile/token-answers.ts'
import { tokenRefusalScenarios } from './hostile/token-refusals.ts'

/**
 * Everybody who can misbehave towards ls-auth does, one scenario a line:
 * `npm run hostile [-- --only TEXT] [--short]`. Each is a machine of its own in front of real servers on loopback; the
 * program runs in this process. Non-zero when something that is promised did not hold. `--short`: of each family the
 * twin without an attack and one attack.
 */
const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, short: { type: 'boolean', default: false } },
})
/** Most scenarios wait for somebody. */
const LANES = 4

let printed = 0
const print = (line: string) => process.stdout.write(`${line}\n`)

const ALL: readonly Scenario[] = [
  ...idTokenScenarios,
  ...metadataScenarios,
  ...tokenAnswerScenarios,
  ...tokenRefusalScenarios,
  ...deviceScenarios,
  ...redirectScenarios,
  ...listenerScenarios,
  ...signOutScenarios,
  ...oddProviderScenarios,
  ...apiScenarios,
  ...gatewayScenarios,
  ...destinationScenarios,
  ...fileScenarios,
  ...keyFileScenarios,
  ...browserScenarios,
  ...strangeFileScenarios,
]

const chosen = (values.short ? sample(ALL) : ALL).filter(({ who, does }) =>
  `${who} ${does}`.includes(values.only),
)
let failures = 0
for (const family of familiesWithoutTwin(ALL)) {
  failures += 1
  print(`FAIL  no scenario without an attack in: ${family}`)
}
const waiting = chosen.map((scenario, at) => ({ scenario, at }))
const told: (string | undefined)[] = []
await Promise.all(Array.from({ length: LANES }, lane))
print(`scenarios=${chosen.length} failures=${failures}`)
process.exitCode = failures === 0 && chosen.length > 0 ? 0 : 1

/** Plays one scenario after the other at a provider of its own; they are told in their order. */
async function lane(): Promise<void> {
  const provider = await startSharedProvider()
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    let played = await play(next.scenario, provider)
    // A machine under load gets a second chance; what breaks a promise does so again.
    if (!played.kept) played = await play(next.scenario, provider)
    if (!played.kept) failures += 1
    told[next.at] = played.told
    for (; printed < told.length && told[printed] !== undefined; printed++) print(told[printed] as string)
  }
  await provider.close()
}

async function play(scenario: Scenario, provider: Provider): Promise<{ kept: boolean; told: string }> {
  const scene = await openScene(provider)
  const problems: string[] = []
  try {
    await scenario.play(scene)
  } catch (error) {
    problems.push(String((error as Error).stack ?? error))
  } finally {
    await scene.close()
  }
  problems.push(...scene.complaints)
  const mark = problems.length === 0 ? 'ok  ' : 'FAIL'
  const lines = [`${mark}  ${scenario.who.padEnd(12)}  ${scenario.does} -> ${scene.ending}`]
  const told = [
    ...lines,
    ...problems.map((one) => `        ${one.slice(0, 600).replaceAll('\n', '\n        ')}`),
  ].join('\n')
  return { kept: problems.length === 0, told }
}

/** The twin and one attack of each family. */
function sample(scenarios: readonly Scenario[]): readonly Scenario[] {
  const seen = new Set<string>()
  return scenarios.filter(({ family, sound }) => {
    const key = `${family} ${sound === true}`
    return !seen.has(key) && seen.add(key)
  })
}
