import { writeFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BACKEND_IDS } from '../../../src/backends/table.ts'
import { startAzureApi } from '../../world/azure-api.ts'
import { startDash0Api } from '../../world/dash0-api.ts'
import { startJaegerApi } from '../../world/jaeger-api.ts'
import { startTempoApi } from '../../world/tempo-api.ts'
import { startTraceApi } from '../../world/trace-api.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'
import { startZipkinApi } from '../../world/zipkin-api.ts'

const trace = makeTrace({ seed: 7 })
/** With the first in each back end. */
const whole = makeTrace({ seed: 8, fails: false })
const TIME = '--from 2026-09-20T00:00:00Z --to 2026-09-24T00:00:00Z'
const rootId = trace.spans.find((span) => span.parentId === undefined)?.spanId as string

let world: World
let close: (() => Promise<unknown>)[]
let stranger: Server
/** What the server behind the profile `stranger-*` says to everything. */
let says: (response: ServerResponse) => void
beforeAll(async () => {
  const lightstep = await startTraceApi({ apiKey: 'k', traces: [trace, whole] })
  const tempo = await startTempoApi({ traces: [trace, whole], apiKey: 'k' })
  const jaeger = await startJaegerApi({ traces: [trace, whole] })
  const zipkin = await startZipkinApi({ traces: [trace, whole] })
  const dash0 = await startDash0Api({ traces: [trace, whole], token: 'k' })
  const azure = await startAzureApi({ traces: [trace, whole], token: 'k', workspace: 'w1' })
  stranger = createServer((request, response) => {
    request.resume()
    says(response)
  })
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
  const elsewhere = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`
  world = await openWorld()
  world.fastForward = true
  world.clockOffset = Date.parse('2026-09-22T18:00:00Z') - Date.now()
  world.variables.LS_AUTH_TOKEN = 'k'
  const profile = (name: string, backend: string, api: string) =>
    `[profiles.${name}]\nbackend = "${backend}"\napi = "${api}"\norganization = "acme"\nproject = "prod"\n${backend === 'azure' ? 'workspace = "w1"\n' : ''}`
  await world.writeConfig(
    profile('lightstep', 'lightstep', lightstep.url) +
      profile('tempo', 'tempo', tempo.url) +
      profile('jaeger', 'jaeger', jaeger.url) +
      profile('zipkin', 'zipkin', zipkin.url) +
      profile('dash0', 'dash0', dash0.url) +
      profile('azure', 'azure', azure.url) +
      BACKEND_IDS.map((name) => profile(`stranger-${name}`, name, elsewhere)).join(''),
  )
  const saved = await world.type(`ls-auth trace get ${trace.traceId} --json --show-sensitive --profile tempo`)
  await writeFile(join(world.home, 'trace.json'), saved.stdout)
  close = [lightstep, tempo, jaeger, zipkin, dash0, azure, world].map((one) => () => one.close())
})
afterAll(async () => {
  stranger.closeAllConnections()
  stranger.close()
  await Promise.all(close.map((end) => end()))
})

const at = (backend: string) =>
  backend === 'file' ? `--file ${join(world.home, 'trace.json')}` : `--profile ${backend}`

/** Exit status of each command on each back end; 2 is "this back end cannot", with the words that say why. */
type Row = readonly [
  command: string,
  lightstep: Cell,
  tempo: Cell,
  jaeger: Cell,
  zipkin: Cell,
  dash0: Cell,
  azure: Cell,
  file: Cell,
]
type Cell = 0 | RegExp
const MATRIX: readonly Row[] = [
  [`trace get ${trace.traceId}`, /Take a snapshot: ls-auth trace get .* --snapshot/, 0, 0, 0, 0, 0, 0],
  [`trace get ${trace.traceId} --snapshot`, 0, 0, 0, 0, 0, 0, 0],
  [
    `trace get ${rootId}`,
    0,
    0,
    /Jaeger has no trace/,
    /Zipkin has no trace/,
    /Dash0 has no trace/,
    /Azure Monitor has no trace/,
    0,
  ],
  ['trace search --service frontend', /cannot search; it collects example spans/, 0, 0, 0, 0, 0, 0],
  ['trace search --service frontend --snapshot', 0, 0, 0, 0, 0, 0, 0],
  [
    'trace search --query {}',
    /Take a snapshot: /,
    0,
    /Jaeger has no query language/,
    /Zipkin has no query language/,
    /Dash0 has no query language/,
    /builds the queries/,
    /a file has no query language/,
  ],
  ['services', 0, 0, 0, 0, 0, 0, 0],
  [`trace why --error --service payment --snapshot ${TIME}`, 0, 0, 0, 0, 0, 0, 0],
  [`trace breakdown --service frontend --snapshot ${TIME}`, 0, 0, 0, 0, 0, 0, 0],
  [`trace diff ${whole.traceId} ${trace.traceId}`, /trace id/, 0, 0, 0, 0, 0, /unknown option '--file'/],
  [
    'attributes',
    0,
    0,
    /Jaeger cannot list attributes: its API only lists services/,
    /Zipkin cannot list/,
    /Dash0 cannot list/,
    /Azure Monitor cannot list/,
    0,
  ],
  [
    'attributes http.route',
    0,
    0,
    /Jaeger cannot list attributes/,
    /Zipkin cannot list attributes/,
    /Dash0 cannot list attributes/,
    /Azure Monitor cannot list attributes/,
    0,
  ],
  [
    'query "spans count | rate"',
    0,
    /Tempo did not accept/,
    /Jaeger cannot query time series/,
    /Zipkin cannot query time series/,
    /Dash0 cannot query time series/,
    /Azure Monitor cannot query time series/,
    /cannot query time series/,
  ],
  [
    'query "{} | rate()"',
    /Lightstep did not accept/,
    0,
    /Jaeger cannot query/,
    /Zipkin cannot query/,
    /Dash0 cannot query/,
    /Azure Monitor cannot query/,
    /cannot query time series/,
  ],
]
const BACKENDS = ['lightstep', 'tempo', 'jaeger', 'zipkin', 'dash0', 'azure', 'file'] as const

it('every back end has its column', () => {
  expect(BACKENDS.filter((name) => name !== 'file')).toEqual(BACKEND_IDS)
})

describe.each(BACKENDS)('%s', (backend) => {
  it.each(MATRIX)('%s', async (command, ...cells) => {
    const expected = cells[BACKENDS.indexOf(backend)] as Cell
    const file = backend === 'file' && command.startsWith('trace get')
    const line = file ? `trace get ${join(world.home, 'trace.json')}` : `${command} ${at(backend)}`
    const outcome = await world.type(`ls-auth ${line}`)
    if (expected === 0) {
      expect(outcome).toMatchObject({ exit: 0 })
      expect(outcome.stdout).not.toBe('')
      return
    }
    // Sixteen hex digits are read as the low half of a trace id where spans cannot be asked for.
    expect(outcome).toMatchObject({ exit: /has no trace/.test(expected.source) ? 7 : 2, stdout: '' })
    expect(outcome.stderr).toMatch(expected)
    expect(outcome.stderr).toMatch(/^error: .+\nhint: .+\n( {2}.+\n)*$/)
  })
})

const COMMANDS: readonly string[] = [
  `trace get ${trace.traceId} --snapshot`,
  'trace search --service x --snapshot',
  'services',
  'attributes',
  'attributes x',
  'query "spans count"',
]
const able = (backend: string, command: string) =>
  !/^(jaeger|zipkin|dash0|azure)$/.test(backend) || !/^(attributes|query)/.test(command)

describe.each(BACKEND_IDS)('every command of %s', (backend) => {
  const commands = COMMANDS.filter((command) => able(backend, command))
  const page = '<!DOCTYPE html><html><title>Sign in</title></html>'

  it.each<[string, number, RegExp, (response: ServerResponse) => void]>([
    [
      'a login page',
      3,
      /web page instead of traces\nhint: .*LS_AUTH_TOKEN, or unset it and sign in/,
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end(page),
    ],
    [
      'a login page that calls itself JSON',
      3,
      /web page instead of traces/,
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(page),
    ],
    [
      'a redirect to the identity provider',
      3,
      /redirects to another page/,
      (response) => response.writeHead(302, { location: 'https://login.example/authorize' }).end(),
    ],
    [
      '403',
      11,
      /denied you access \(HTTP 403\)[\s\S]*needs the role reader/,
      (response) => response.writeHead(403, { 'content-type': 'text/plain' }).end('needs the role reader'),
    ],
    ['401', 3, /did not accept the token \(HTTP 401\)/, (response) => response.writeHead(401).end()],
    [
      '429',
      6,
      /limits requests[\s\S]*Try again in 7s/,
      (response) => response.writeHead(429, { 'retry-after': '7' }).end('slow down'),
    ],
    ['503', 6, /failed \(HTTP 503\)/, (response) => response.writeHead(503).end('upstream connect error')],
    [
      '410',
      7,
      backend === 'lightstep' ? /organization or project is gone/ : /answered that this is gone \(HTTP 410\)/,
      (response) => response.writeHead(410).end(),
    ],
    [
      'an answer of another kind',
      6,
      new RegExp(
        `^error: (?!.*(${['Lightstep', 'Tempo', 'Jaeger'].filter((name) => name.toLowerCase() !== backend).join('|')}))`,
      ),
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":["x"]}'),
    ],
  ])('%s is exit %i, in two lines', async (what, exit, words, answer) => {
    says = answer
    for (const command of commands) {
      const outcome = await world.type(`ls-auth ${command} --profile stranger-${backend}`)
      // A list of names holds a name; only a trace or a list of objects would not be one.
      if (what === 'an answer of another kind' && outcome.exit === 0) continue
      if (what === 'an answer of another kind' && outcome.exit === 7) continue
      expect({ command, exit: outcome.exit, stdout: outcome.stdout, stderr: outcome.stderr }).toMatchObject({
        command,
        exit,
        stdout: '',
      })
      expect(outcome.stderr).toMatch(words)
      expect(outcome.stderr).toMatch(/^error: .+\nhint: .+\n( {2}.+\n)*$/)
    }
  })
})
