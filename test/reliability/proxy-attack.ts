import { parseArgs } from 'node:util'
import { attackAll, GROUPS, shortForm, sum, type Tally, tallyLine } from './proxy-attack/run.ts'
import { openScene } from './proxy-attack/scene.ts'

/**
 * Everybody who can reach a local proxy and is not its owner tries to ask the API through it, or to get its token:
 * `npm run proxy-attack [-- --only GROUP] [--short]`. Against the built program, in front of an API that says back all it
 * gets. A line for each kind of attack; after each attack the owner is served. Non-zero when anything came through.
 */
const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, short: { type: 'boolean', default: false } },
})
const print = (line: string) => process.stdout.write(`${line}\n`)

const tallies: Tally[] = []
for (const group of (values.short ? shortForm(GROUPS) : GROUPS).filter(({ name }) =>
  name.includes(values.only),
)) {
  if (group.missing !== undefined) {
    print(`${group.name}: left out, ${group.missing}`)
    continue
  }
  // Proxies of its own for each kind: wrong secrets and open connections of one kind are no part of the next.
  const scene = await openScene()
  try {
    const tally = await attackAll(group, scene, (line) => print(`  ${line}`))
    tallies.push(tally)
    print(`${group.name}: ${tallyLine(tally)}`)
  } finally {
    await scene.close()
  }
}
const all = sum([{ attacks: 0, through: 0, tokens: 0, owner: 0 }, ...tallies])
print(tallyLine(all))
const isGood = all.attacks > 0 && all.through + all.tokens === 0 && all.owner === all.attacks
process.exitCode = isGood ? 0 : 1
