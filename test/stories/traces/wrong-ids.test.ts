import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTempoApi } from '../../world/tempo-api.ts'
import { CHARGE_SPAN, CHARGE_TRACE, failedCharge } from '../../world/trace/failed-charge.ts'
import { openWorld, type World } from '../../world/world.ts'

let world: World
let file: string
beforeEach(async () => {
  world = await openWorld()
  file = join(world.home, 'charge.json')
  await writeFile(file, JSON.stringify(failedCharge()))
})
afterEach(() => world.close())

const hintOf = (stderr: string): string => /^hint: (.*)$/m.exec(stderr)?.[1] ?? ''
/** The command of a hint, typed as it stands. */
const paste = (stderr: string) => world.type(/ls-auth .*/.exec(hintOf(stderr))?.[0] as string)

describe('trace get --span that finds nothing', () => {
  it('a span id that was cut off: the whole one, in a line to copy', async () => {
    const cut = CHARGE_SPAN.slice(0, 8)
    const { exit, stderr } = await world.type(`ls-auth trace get ${file} --span ${cut} --full`)
    expect(exit).toBe(7)
    expect(stderr).toContain(`error: trace ${CHARGE_TRACE} has no span ${cut}\n`)
    expect(hintOf(stderr)).toBe(`Did you mean: ls-auth trace get ${file} --span ${CHARGE_SPAN} --full`)
    expect(await paste(stderr)).toMatchObject({ exit: 0 })
  })

  it('an id that is none of them: a line that shows them all', async () => {
    const { exit, stderr } = await world.type(`ls-auth trace get ${file} --span 1234567812345678`)
    expect(exit).toBe(7)
    expect(hintOf(stderr)).toMatch(/^The ids of its spans: ls-auth trace get \S+ --unfold --show-ids$/)
    expect((await paste(stderr)).stdout).toContain(CHARGE_SPAN)
  })
})

it.each(['charge.jsn', 'trace.txt', 'dump'])(
  'a file name with a slip, %s: no such file, and it is no id',
  async (name) => {
    for (const line of [`trace get ${name}`, `trace diff ${file} ${name}`]) {
      const { exit, stderr } = await world.type(`ls-auth ${line}`)
      expect(exit).toBe(2)
      expect(stderr).toMatch(
        /^error: "[a-z.]+" is neither a file nor a span or trace id\nhint: If it is a file, check its name\. If it is an id, use a span or trace id .*\n$/,
      )
      expect(stderr).toContain(`"${name}"`)
    }
  },
)

it('an id that was cut off: it says so where nothing is found, and not where nobody answers', async () => {
  const api = await startTempoApi({ traces: [] })
  const get = async (url: string) => {
    await world.writeConfig(`[profiles.w]\nbackend = "tempo"\napi = "${url}"\nauthorization = "none"\n`)
    const { exit, stderr } = await world.type(`ls-auth trace get ${CHARGE_TRACE.slice(0, 30)}`)
    return [exit, hintOf(stderr)]
  }
  try {
    const whole = 'The id has 30 digits, not 16 or 32, so ls-auth added leading zeros. Copy the whole id.'
    expect(await get(api.url)).toEqual([7, whole])
  } finally {
    await api.close()
  }
  expect(await get('http://127.0.0.1:1')).toEqual([6, expect.not.stringContaining('digits')])
})

describe('trace get without a trace', () => {
  it.each(['', '--span 1234567812345678'])('%s', async (flags) => {
    const { exit, stderr } = await world.type(`ls-auth trace get ${flags}`)
    expect(exit).toBe(2)
    const hint = 'Use an id or a file: ls-auth trace get ID. For many traces: --ids FILE'
    expect(stderr).toBe(`error: missing trace id\nhint: ${hint}\n`)
  })
})
