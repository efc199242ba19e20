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
    ['ls-auth trace get t.json --from soon', '--from: "soon" is no moment of a trace'],
    ['ls-auth trace get t.json --to soon', '--to: "soon" is no moment of a trace'],
    ['ls-auth trace get t.json --skew -o csv', '--skew changes a drawing; -o csv writes data'],
    ['ls-auth trace get t.json --plain -o otlp', '--plain changes a drawing; -o otlp writes data'],
    ['ls-auth trace search --limit none', '--limit: "none" is not a whole number from 1 to 10000'],
    ['ls-auth trace search --limit 10001', '--limit: "10001" is not a whole number from 1 to 10000'],
    ['ls-auth trace search --min soon', '--min: "soon" is not a duration'],
    ['ls-auth trace search --max soon', '--max: "soon" is not a duration'],
    ['ls-auth trace search --attr k>=fast', '--attr: "k>=fast" needs a number to compare with'],
    ['ls-auth trace search --attr k=~(', '--attr: "k=~(" holds no regular expression'],
    ['ls-auth trace search --attr =x', '--attr: "=x" is not key=value'],
    ['ls-auth trace search --since soon --file t.json', '--since: "soon" is not a duration'],
    ['ls-auth trace search --from soon', '--from: "soon" is not a time'],
    ['ls-auth trace search --to soon', '--to: "soon" is not a time'],
    ['ls-auth trace search --since 1h --from 2026-11-24', '--since and --from cannot be used together'],
    ['ls-auth trace search --query {} --errors', '--query and --errors cannot be used together'],
    ['ls-auth trace search --query {} --error', '--query and --error cannot be used together'],
    ['ls-auth trace search --follow --interval soon', '--interval: "soon" is not a duration'],
    ['ls-auth trace search --follow --interval 5', '--interval: "5" has no unit'],
    ['ls-auth trace search --min 2s --max 1s', '--min 2s is longer than --max 1s'],
    ['ls-auth trace search --follow --min 2s --max 1999ms', '--min 2s is longer than --max 1999ms'],
    ['ls-auth trace why --error --min 2s --max 1s', '--min 2s is longer than --max 1s'],
    ['ls-auth trace breakdown --min 2s --max 1s', '--min 2s is longer than --max 1s'],
    ["ls-auth trace diff a.json --b 'min=2s max=1s'", '--b: min 2s is longer than max 1s'],
    ['ls-auth trace get abc --from 200ms --to 100ms', 'the time to look at ends before it begins'],
    ['ls-auth trace search -o csv', '-o, --output: "csv" is not known'],
    ['ls-auth trace diff a.json b.json --fail-if-slower 20', '--fail-if-slower: "20" is not a percentage'],
    ['ls-auth trace diff a.json --b since=soon', '--b: since: "soon" is not a duration'],
    ['ls-auth trace diff a.json --a nothing', '--a: "nothing" is not key=value'],
    ['ls-auth trace diff a.json b.json --trace-a what?', '"what?" is not a span or trace id'],
    ['ls-auth trace diff a.json', 'there is nothing to compare it with'],
    ['ls-auth query x --step soon', '--step: "soon" is not a duration'],
    ['ls-auth query x --step 5', '--step: "5" has no unit'],
    ['ls-auth query x --step 1s --since 30d', '--step: "1s" makes 2592000 points'],
    ['ls-auth query x --from 2026-11-24 --to 2026-11-23', 'the time to look at ends before it begins'],
    ['ls-auth query x --file t.json --since soon', '--since: "soon" is not a duration'],
    ['ls-auth attributes --since soon', '--since: "soon" is not a duration'],
    ['ls-auth attributes x --file t.json --to soon', '--to: "soon" is not a time'],
    ['ls-auth audit list --since soon', '--since: "soon" is not a duration'],
    ['ls-auth audit list --since 5', '--since: "5" has no unit'],
    ['ls-auth audit list --trace what?', '"what?" is not a span or trace id'],
    ['ls-auth login --device --paste', '--device and --paste exclude each other'],
    ['ls-auth login --login-hint ""', '--login-hint is empty'],
    ['ls-auth login --prompt " "', '--prompt is empty'],
    ['ls-auth check --claim email', '--claim: "email" is not an assertion'],
    ['ls-auth check --claim ""', '--claim is empty'],
    ['ls-auth check --iss ""', '--issuer is empty'],
    ['ls-auth check --aud ""', '--audience is empty'],
    ['ls-auth check --scope ""', '--scope is empty'],
    ['ls-auth check --group ""', '--group is empty'],
    ['ls-auth check --role ""', '--role is empty'],
    ['ls-auth check --client ""', '--client is empty'],
    ['ls-auth check --sub ""', '--sub is empty'],
    ['ls-auth check --acr ""', '--acr is empty'],
    ['ls-auth check --amr ""', '--amr is empty'],
    ['ls-auth status --timeout 0', '--timeout: "0" is too short'],
    ['ls-auth status --timeout=-5', '--timeout: "-5" is too short'],
    ['ls-auth status --timeout 86401', '--timeout: "86401" is too long'],
    ['ls-auth status --timeout 5s', '--timeout: "5s" is not a number of seconds'],
    ['ls-auth check --min-ttl never', '--min-ttl: "never" is not a duration'],
    ['ls-auth check --max-lifetime 1y', '--max-lifetime: "1y" is not a duration'],
    ['ls-auth check --max-age ""', '--max-age: "" is not a duration'],
    ['ls-auth doctor --bundle ""', '--bundle is empty'],
    ['ls-auth profile add ../x', '"../x" cannot be a profile name'],
    ['ls-auth profile add work --from ""', '--from is empty'],
    ['ls-auth profile show ""', 'the profile name is empty'],
    ['ls-auth profile use ""', 'the profile name is empty'],
    ['ls-auth profile export ""', 'the profile name is empty'],
    ['ls-auth profile remove ""', 'the profile name is empty'],
    // More rows: one for each option that is more than a word.
  ])('%s', async (line, message) => {
    const { exit, stderr } = await world.type(line)
    expect({ exit, error: stderr.split('\n')[0] }).toEqual({ exit: 2, error: `error: ${message}` })
    expect(world.keychain.calls).toEqual([])
  })
})
