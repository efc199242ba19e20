import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from '../../world/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

describe('a mistyped option is found before anything else: no profile, no sign-in, no file', () => {
  it.each([
    ['ls-auth token --min-ttl soon', '--min-ttl: "soon" is not a duration'],
    ['ls-auth trace get t.json --min soon', '--min: "soon" is not a duration'],
    ['ls-auth trace get t.json --depth none', '--depth: "none" is not a whole number from 1 to 1000000'],
    ['ls-auth trace get t.json --attr novalue', '--attr: "novalue" is not key=value'],
    ['ls-auth trace get t.json --span what?', '--span: "what?" is not a span id'],
    ['ls-auth trace get t.json --trace what?', '"what?" is not a span or trace id'],
    ['ls-auth trace get t.json --from soon', '--from: "soon" is not a time in a trace'],
    ['ls-auth trace get t.json --skew -o csv', '--skew changes a drawing, but -o csv writes data'],
    ['ls-auth trace search --file a.json --file b.json', '--file is given twice'],
    ['ls-auth trace get t.json --service cart --service pay', '--service is given twice'],
    ['ls-auth trace diff a.json --b service=x --b service=y', '--b is given twice'],
    // The same value twice says one thing: what is wrong is said of the rest of the line.
    ['ls-auth trace get t.json --span 7 --span 7 --min soon', '--min: "soon" is not a duration'],
    // An alias may hold these: the last one counts.
    ['ls-auth --timeout 5 status --timeout 0', '--timeout: "0" is too short'],
    [
      'ls-auth --api https://a.example trace get t.json --api https://b.example --min soon',
      '--min: "soon" is not a duration',
    ],
    ['ls-auth --profile a --profile b trace get t.json --min soon', '--min: "soon" is not a duration'],
    // A flag that may be repeated may be.
    ['ls-auth trace get t.json --attr a=1 --attr b=2 --min soon', '--min: "soon" is not a duration'],
    ['ls-auth trace search --limit none', '--limit: "none" is not a whole number from 1 to 10000'],
    ['ls-auth trace search --min soon', '--min: "soon" is not a duration'],
    ['ls-auth trace search --attr k>=fast', '--attr: "k>=fast" needs a number to compare with'],
    ['ls-auth trace search --attr k=~(', '--attr: "k=~(" is not a regular expression'],
    ['ls-auth trace search --attr =x', '--attr: "=x" is not key=value'],
    ['ls-auth trace search --since soon --file t.json', '--since: "soon" is not a duration'],
    ['ls-auth trace search --from soon', '--from: "soon" is not a time'],
    ['ls-auth trace search --since 1h --from 2026-11-24', '--since and --from cannot be used together'],
    ['ls-auth trace search --query {} --error', '--query and --error cannot be used together'],
    ['ls-auth trace search --follow --interval soon', '--interval: "soon" is not a duration'],
    ['ls-auth trace search --min 2s --max 1s', '--min 2s is longer than --max 1s'],
    ["ls-auth trace diff a.json --b 'min=2s max=1s'", '--b: --min 2s is longer than --max 1s'],
    ['ls-auth trace get abc --from 200ms --to 100ms', 'the time range ends before it begins'],
    ['ls-auth trace search -o csv', '-o, --output: "csv" is not known'],
    ['ls-auth trace diff a.json b.json --fail-if-slower 20', '--fail-if-slower: "20" is not a percentage'],
    ['ls-auth trace diff a.json --b since=soon', '--b: --since: "soon" is not a duration'],
    ['ls-auth trace diff a.json --a nothing', '--a: "nothing" is not key=value'],
    ['ls-auth trace diff a.json b.json --trace-a what?', '"what?" is not a span or trace id'],
    ['ls-auth trace diff a.json', 'missing the second trace'],
    ['ls-auth query x --step soon', '--step: "soon" is not a duration'],
    ['ls-auth query x --step 0s', '--step: "0s" is not a step'],
    ['ls-auth query x --step 1s --since 30d', '--step: "1s" makes 2592000 points'],
    ['ls-auth query x --from 2026-11-24 --to 2026-11-23', 'the time range ends before it begins'],
    ['ls-auth mcp --max-calls none', '--max-calls: "none" is not a whole number from 1 to 1000000'],
    ['ls-auth mcp --max-bytes much', '--max-bytes: "much" is not a number of bytes'],
    ['ls-auth attributes x --file t.json --to soon', '--to: "soon" is not a time'],
    ['ls-auth audit list --since soon', '--since: "soon" is not a duration'],
    ['ls-auth audit list --trace what?', '"what?" is not a span or trace id'],
    ['ls-auth login --device --prompt login', '--prompt does not work with --device'],
    [
      'ls-auth login --device --authorization-parameter hd=a',
      '--authorization-parameter does not work with --device',
    ],
    ['ls-auth login --device --paste', '--device and --paste exclude each other'],
    ['ls-auth login --login-hint ""', '--login-hint is empty'],
    ['ls-auth login --prompt " "', '--prompt is empty'],
    ['ls-auth check --claim email', '--claim: "email" is not an assertion'],
    ['ls-auth check --claim ""', '--claim is empty'],
    ['ls-auth check --iss ""', '--issuer is empty'],
    ['ls-auth status --timeout 0', '--timeout: "0" is too short'],
    ['ls-auth status --timeout 86401', '--timeout: "86401" is too long'],
    ['ls-auth status --timeout 5s', '--timeout: "5s" is not a number of seconds'],
    ['ls-auth check --min-ttl never', '--min-ttl: "never" is not a duration'],
    ['ls-auth profile add ../x', '"../x" cannot be a profile name'],
    // More rows: one for each option that is more than a word.
  ])('%s', async (line, message) => {
    const { exit, stderr } = await world.type(line)
    expect({ exit, error: stderr.split('\n')[0] }).toEqual({ exit: 2, error: `error: ${message}` })
    expect(world.keychain.calls).toEqual([])
  })
})
