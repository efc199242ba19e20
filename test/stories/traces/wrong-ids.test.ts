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

  it('a name', async () => {
    for (const trace of [file, `${file} --trace ${CHARGE_TRACE}`]) {
      const { exit, stderr } = await world.type(`ls-auth trace get ${trace} --span "POST card-network"`)
      expect(exit).toBe(2)
      expect(stderr).toContain('error: --span: "')
      expect(hintOf(stderr)).toBe(
        `It has 16 hex digits. The ids of its spans: ls-auth trace get ${trace} --unfold --show-ids`,
      )
      expect((await paste(stderr)).stdout).toContain(CHARGE_SPAN)
    }
  })
})

it.each(['charge.jsn', 'trace.txt', 'dump'])(
  'a file name with a slip, %s: there is no such file, and it is no id',
  async (name) => {
    for (const line of [`trace get ${name}`, `trace diff ${file} ${name}`]) {
      const { exit, stderr } = await world.type(`ls-auth ${line}`)
      expect(exit).toBe(2)
      expect(stderr).toMatch(
        /^error: "[a-z.]+" is neither a file nor a span or trace id\nhint: If it is a file, check its name\. If it is an id, give a span id or a trace id as hex .*\n$/,
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
    const whole = 'The id has 30 digits: ids have 16 or 32, so zeros were put before it. Copy it whole.'
    expect(await get(api.url)).toEqual([7, whole])
  } finally {
    await api.close()
  }
  expect(await get('http://127.0.0.1:1')).toEqual([6, expect.not.stringContaining('digits')])
})

it('an address of a page was not meant as a file', async () => {
  const { stderr } = await world.type('ls-auth trace get https://tool.example/?session=s3cret')
  expect(stderr).not.toMatch(/no file|s3cret/)
})

it('a file with a name like a flag: the line of the hint reads it', async () => {
  const { stderr } = await world.type(`ls-auth trace get --span zz --trace ${CHARGE_TRACE} -- -x.json`)
  const line = `ls-auth trace get --trace ${CHARGE_TRACE} --unfold --show-ids -- -x.json`
  expect(hintOf(stderr)).toBe(`It has 16 hex digits. The ids of its spans: ${line}`)
  expect((await paste(stderr)).stderr).toContain('error: there is no file -x.json\n')
})

describe('trace get --span of standard input, which can be read once: no line to type', () => {
  it.each([
    ['zz', 'It has 16 hex digits.'],
    ['1234567812345678', 'Give --unfold --show-ids in place of --span.'],
    [CHARGE_SPAN.slice(0, 8), `Did you mean --span ${CHARGE_SPAN}?`],
  ])('%s', async (span, hint) => {
    world.stdin = [JSON.stringify(failedCharge())]
    expect(hintOf((await world.type(`ls-auth trace get - --span ${span}`)).stderr)).toBe(hint)
  })
})

describe('trace get without a trace', () => {
  it.each([
    ['--span 1234567812345678', 'The trace comes first: ls-auth trace get ID --span SPAN_ID'],
    [`--trace ${CHARGE_TRACE}`, `Without --trace: ls-auth trace get ${CHARGE_TRACE}`],
    ['', 'Give an id or a file: ls-auth trace get ID. Many of them: --ids FILE'],
  ])('%s', async (flags, hint) => {
    const { exit, stderr } = await world.type(`ls-auth trace get ${flags}`)
    expect(exit).toBe(2)
    expect(stderr).toBe(`error: no trace is named\nhint: ${hint}\n`)
  })

  it('a list of ids is not a trace: --ids reads it', async () => {
    const list = join(world.home, 'list.txt')
    await writeFile(list, `# failed today\n${CHARGE_TRACE}\n`)
    const { exit, stderr } = await world.type(`ls-auth trace get ${list} --profile work`)
    expect(exit).toBe(2)
    expect(hintOf(stderr)).toBe(`It holds ids: ls-auth trace get --profile work --ids ${list}`)
    await writeFile(list, `{"traceId":"${CHARGE_TRACE}","rootName":"GET /"}\n${CHARGE_TRACE}\n`)
    expect(hintOf((await world.type(`ls-auth trace get ${list}`)).stderr)).toMatch(/^It holds ids: /)
    await writeFile(list, `{"traceId":"${CHARGE_TRACE}","span":{"spanId":"1234567812345678"}}\n`)
    expect(hintOf((await world.type(`ls-auth trace get ${list}`)).stderr)).toMatch(/^It holds ids: /)
  })

  it.each([
    ['spans', `{"traceId":"${CHARGE_TRACE}","spanId":"1234567812345678","name":"pay","service":"s"}`],
    [
      'a trace',
      `{"traceId":"${CHARGE_TRACE}","spans":[{"spanId":"1234567812345678","name":"pay","service":"s"}]}`,
    ],
  ])('a damaged file of our own NDJSON with %s holds no ids', async (_, line) => {
    const file = join(world.home, 'damaged.ndjson')
    await writeFile(file, `${line}\n{"traceId":\n${line}\n`)
    const { exit, stderr } = await world.type(`ls-auth trace get ${file}`)
    expect(exit).toBe(2)
    expect(stderr).toContain('line 2 is not JSON')
    expect(hintOf(stderr)).not.toContain('ids')
  })
})

describe('a file that is told by what it is', () => {
  it.each(['utf16le', 'utf16be'])('in %s, as PowerShell writes it', async (encoding) => {
    const file = join(world.home, 'trace.json')
    const bytes = Buffer.from('\ufeff{"resourceSpans":[]}', 'utf16le')
    await writeFile(file, encoding === 'utf16be' ? bytes.swap16() : bytes)
    expect(await world.type(`ls-auth trace get ${file}`)).toEqual({
      exit: 2,
      stdout: '',
      stderr:
        `error: cannot read ${file}: it is text in UTF-16\n` +
        'hint: Make UTF-8 of it: iconv -f UTF-16 -t UTF-8, or in PowerShell: (Get-Content FILE) | Set-Content -Encoding utf8 FILE\n',
    })
  })
})

describe('an id that a screen has cut off', () => {
  it.each(['…', '...'])('with %s at its end', async (dots) => {
    const { exit, stderr } = await world.type(`ls-auth trace get ${CHARGE_TRACE.slice(0, 30)}${dots}`)
    expect(exit).toBe(2)
    expect(stderr).toContain(
      'is too short for an id: it has 30 digits\nhint: A trace id has 32 or 16 hex digits',
    )
  })

  it('in a list: the hint names the field that search writes', async () => {
    const list = join(world.home, 'list.txt')
    await writeFile(list, 'null\n')
    const { stderr } = await world.type(`ls-auth trace get --ids ${list}`)
    expect(hintOf(stderr)).toContain(
      'a JSON object with traceId, as ls-auth trace search -o ndjson writes them',
    )
  })
})
