import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { needs } from '../../world/needs.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'

const traces = [7, 8].map((seed) => makeTrace({ seed, fails: true }))

let tempo: TempoApi
let world: World
let file: string
beforeAll(async () => {
  tempo = await startTempoApi({ traces, apiKey: 'k', filters: true })
  world = await openWorld()
  world.clockOffset = Date.parse('2026-09-22T18:00:00Z') - Date.now()
  Object.assign(world.variables, { LS_AUTH_TOKEN: 'k', CANARY: 'in-the-environment' })
  await world.writeConfig(`[profiles.work]\nbackend = "tempo"\napi = "${tempo.url}"\n`)
  file = join(world.home, 'trace.json')
  const { stdout } = await world.type(`ls-auth trace get ${traces[0]?.traceId} -o otlp --show-sensitive`)
  await writeFile(file, stdout)
})
afterAll(async () => {
  await Promise.all([world.close(), tempo.close()])
})

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
const jq = (line: string, expression: string) =>
  world.type(`ls-auth ${line} --quiet --jq ${quoted(expression)}`)
const SEARCH = 'trace search --from 2026-09-21T00:00:00Z --to 2026-09-24T00:00:00Z'

const EXPRESSIONS = [
  '.',
  '.traceId',
  '.spans | length',
  '.spans[].name',
  '[.spans[].service] | unique',
  '.spans[] | select(.status == "error") | {name, service}',
  '.spans | group_by(.service) | map({service: .[0].service, n: length}) | sort_by(-.n)',
  '[.spans[] | .durationNanos | tonumber] | add / length | floor',
  '.spans | max_by(.durationNanos | tonumber) | .name',
  '.spans[0] | to_entries[] | "\\(.key)=\\(.value | type)"',
  '.spans | map(select(.parentSpanId == null)) | .[].spanId',
  '[.spans[].attributes | keys[]] | unique | .[]',
  '.spans[] | [.service, .name, .durationNanos] | @csv',
  '.spans[] | [.service, .name, .durationNanos] | @tsv',
  '.spans[0].name | @uri, @base64, @sh, @html, @json',
  '.spans[] | .name | ascii_upcase | select(test("^[A-Z]+ /"))',
  '.spans[0].name | gsub("[aeiou]"; "_")',
  '[.spans[].name | capture("(?<verb>\\\\w+) (?<path>.*)")?]',
  'reduce .spans[] as $s ({}; .[$s.service] += 1)',
  '[foreach .spans[] as $s (0; . + 1; select(. % 10 == 0))]',
  'def depth: if type == "object" or type == "array" then 1 + ([.[]? | depth] | max // 0) else 0 end; depth',
  '[paths] | length',
  '[paths(scalars) | map(tostring) | join(".")] | .[0:20]',
  '.spans[0:3] | map(del(.attributes, .resource, .events))',
  '.spans[0].startTimeUnixNano | tonumber',
  '.startTime | .[0:19] + "Z" | fromdate | todate',
  '.spans | first.name, last.name, nth(2).name',
  '[limit(3; .spans[].spanId)]',
  '.spans[0] | with_entries(select(.value | type == "string")) | tojson | fromjson | keys',
  'try error("no") catch ., (.nosuch // "other"), ([.spans[] | .errorCount?] | all(. == null)), ("  text  "), ("a\\nb")',
  '("x" | ltrimstr("x")), ([1, [2]] | flatten), ({} | .a.b |= 3), 12345678901234567890, 1.50, 1e1000',
]

describe('--jq', () => {
  it.skipIf(!needs({ commands: ['jq'], packages: ['jq'] })).each(EXPRESSIONS)(
    'gives what jq gives: %s',
    async (expression) => {
      const { stdout: json } = await world.type(`ls-auth trace get ${file} --json`)
      const wanted = execFileSync('jq', ['-rc', expression], { input: json, encoding: 'utf8' })
      const { exit, stdout, stderr } = await jq(`trace get ${file}`, expression)
      expect([exit, stdout, stderr]).toEqual([0, wanted, ''])
    },
  )

  it('implies --json, and each result is a line, texts raw', async () => {
    const { exit, stdout } = await jq(SEARCH, '.traces[] | .traceId, {n: .spanCount}')
    const lines = stdout.split('\n')
    expect([exit, lines.length, lines[0]]).toEqual([0, 5, expect.stringMatching(/^[0-9a-f]{32}$/)])
    expect(JSON.parse(lines[1] as string)).toEqual({ n: expect.any(Number) })
  })

  it.each([
    ['status', '.[0].profile', 'work\n'],
    ['profile list', '.[].name', 'work\n'],
    ['version', '.version | type', 'string\n'],
    ['services', '.services | type', 'array\n'],
    ['profile show', '.settings.backend.value', 'tempo\n'],
    ['whoami --raw', 'keys[]', 'access_token\nid_token\n'],
  ])('%s --jq %s', async (line, expression, words) => {
    const { stdout, stderr } = await jq(line, expression)
    expect([stdout, stderr]).toEqual([words, ''])
  })

  it.each(['.[', 'nosuch', 'include "x"; .', 'import "/etc/passwd" as $x; $x', '$x'])(
    'a bad expression is exit 2 before any request: %s',
    async (expression) => {
      const before = tempo.requests.length
      const { exit, stdout, stderr } = await jq(SEARCH, expression)
      expect([exit, stdout, tempo.requests.length]).toEqual([2, '', before])
      const { error } = JSON.parse(stderr)
      expect(error.message).toMatch(/^--jq: jq cannot read the expression: (?!jq)/)
    },
  )

  it('goes with no other format, and not with --json=FIELDS', async () => {
    for (const other of ['-o csv', '-o ndjson', '--json=traces']) {
      const { exit, stdout, stderr } = await jq(
        `${SEARCH} ${other}`
          .replace('search', other === '-o csv' ? 'diff x y' : 'search')
          .replace(/ --from \S+ --to \S+(?= -o csv)/, ''),
        '.',
      )
      expect([other, exit, stdout]).toEqual([other, 2, ''])
      expect(JSON.parse(stderr).error.message).toMatch(/--jq/)
    }
  })

  it('one that fails on the data is exit 6, after what was printed', async () => {
    const { exit, stdout, stderr } = await jq(SEARCH, '1, "two", (.traces | error("no\\u001b[31m")), 4')
    expect([exit, stdout]).toEqual([6, '1\ntwo\n'])
    expect(JSON.parse(stderr).error).toMatchObject({ code: 'jq-failed', exit: 6 })
    expect(stderr).not.toContain('\u001b')
  })

  it('sees no environment and no file', async () => {
    const { exit, stdout } = await jq(
      'version',
      'env, $ENV, ($ENV | length), env.CANARY, try input catch "none"',
    )
    expect([exit, stdout]).toEqual([0, '{}\n{}\n0\nnull\nnone\n'])
    for (const flag of ['--rawfile', '-f', '-n', '--version']) {
      expect((await jq('version', flag)).exit).not.toBe(0)
    }
  })

  it('a terminal gets no control character, and a pipe gets the text as it is', async () => {
    const expression = '"a\\u001b[31m\\u009bb\\tc\\nd\\u202e", {x: "\\u009b\\u202e"}'
    const { stdout } = await jq('version', expression)
    expect(stdout).toBe('a\u001b[31m\u009bb\tc\nd\u202e\n{"x":"\\u009b\\u202e"}\n')
    world.watched = true
    const shown = await jq('version', expression)
    world.watched = false
    expect(shown.stdout).toBe('a\\u{1b}[31m\\u{9b}b\tc\nd\\u{202e}\n{"x":"\\u009b\\u202e"}\n')
  })

  it('a command without JSON does not take it', async () => {
    expect((await jq('skill', '.')).exit).toBe(2)
    expect((await jq('skill', '')).exit).toBe(2)
  })
})
