import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAzureApi } from '../../world/azure-api.ts'
import { startDash0Api } from '../../world/dash0-api.ts'
import { startJaegerApi } from '../../world/jaeger-api.ts'
import { startTempoApi } from '../../world/tempo-api.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { makeTrace } from '../../world/trace-data.ts'
import { openWorld, type World } from '../../world/world.ts'
import { startZipkinApi } from '../../world/zipkin-api.ts'

const trace = makeTrace({ seed: 5 })
const { traceId } = trace

let world: World
let close: (() => Promise<unknown>)[]
let jaeger: string
beforeAll(async () => {
  const traces = [trace]
  const servers = {
    tempo: await startTempoApi({ traces, apiKey: 'k' }),
    jaeger: await startJaegerApi({ traces }),
    zipkin: await startZipkinApi({ traces }),
    dash0: await startDash0Api({ traces, token: 'k' }),
    azure: await startAzureApi({ traces, token: 'k', workspace: 'w1' }),
  }
  jaeger = servers.jaeger.url
  world = await openWorld()
  world.variables.LS_AUTH_TOKEN = 'k'
  const profiles = Object.entries(servers).flatMap(([name, { url }]) => [
    `[profiles.${name}]\nbackend = "${name}"\napi = "${url}"\nworkspace = "w1"\n`,
    `[profiles.${name}-ui]\nbackend = "${name}"\napi = "${url}"\nworkspace = "w1"\nui = "https://ui.example/base/"\n`,
  ])
  await world.writeConfig(profiles.join(''))
  close = [...Object.values(servers), world].map((one) => () => one.close())
})
afterAll(async () => {
  await Promise.all(close.map((end) => end()))
})

const web = (profile: string, more = '') =>
  world.type(`ls-auth trace get ${traceId} --web --profile ${profile}${more}`)

describe('the page of a trace', () => {
  it.each([
    ['jaeger-ui', `https://ui.example/base/trace/${traceId}`],
    ['zipkin-ui', `https://ui.example/base/zipkin/traces/${traceId}`],
    ['dash0-ui', `https://ui.example/base/goto/traces/explorer?trace_id=${traceId}`],
  ])('is printed, as the setting ui says: %s', async (profile, page) => {
    expect(await web(profile)).toMatchObject({ exit: 0, stdout: `${page}\n`, stderr: '' })
  })

  it('of Tempo is that of Grafana Explore', async () => {
    const { exit, stdout } = await web('tempo-ui')
    const page = new URL(stdout)
    expect([exit, page.origin + page.pathname]).toEqual([0, 'https://ui.example/base/explore'])
    const { a } = JSON.parse(page.searchParams.get('panes') ?? '')
    expect(a).toMatchObject({ datasource: 'tempo', queries: [{ queryType: 'traceql', query: traceId }] })
  })

  it('is found for the newest trace of a service, once the setting is saved', async () => {
    expect((await world.type('ls-auth profile set ui grafana.example --profile jaeger-ui')).exit).toBe(0)
    const time = '--from 2026-09-21T00:00:00Z --to 2026-09-24T00:00:00Z'
    const line = `ls-auth trace get --latest --service frontend ${time} --web --profile jaeger-ui`
    const { exit, stdout } = await world.type(line)
    expect([exit, stdout]).toEqual([0, `https://grafana.example/trace/${traceId}\n`])
    await world.type('ls-auth profile set ui https://ui.example/base/ --profile jaeger-ui')
  })

  it('is that of the API where nothing else is said', async () => {
    expect(await web('jaeger')).toMatchObject({ exit: 0, stdout: `${jaeger}/trace/${traceId}\n` })
  })

  it.each(['tempo', 'dash0'])('is not known, and the setting is named: %s', async (profile) => {
    const { exit, stdout, stderr } = await web(profile)
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toContain(
      `hint: Save the base URL of its UI: ls-auth profile set --profile ${profile} ui https://HOST\n`,
    )
  })

  it('opens in the browser of a person at a terminal', async () => {
    const opened: string[] = []
    const open = async ({ href }: URL) => opened.push(href) > 0
    world.override = { browser: async () => ({ open }) }
    await web('jaeger-ui')
    expect(opened).toEqual([])
    Object.assign(world, { watched: true, variables: { ...world.variables, BROWSER: 'x' } })
    await web('jaeger-ui')
    Object.assign(world, { watched: false, override: {} })
    expect(opened).toEqual([`https://ui.example/base/trace/${traceId}`])
  })

  it.each([
    'http://grafana.example',
    'https://a:b@grafana.example',
    'https://grafana.example/?x=1',
    'file:///etc/passwd',
  ])('is never at %s', async (ui) => {
    const { exit, stderr } = await world.type(`ls-auth profile set ui ${ui} --profile jaeger`)
    expect(exit).toBe(2)
    expect(stderr).toMatch(/^error: .*\bui\b/)
  })
})

describe('links of a span', () => {
  it('stand with the command that opens each', async () => {
    const linked = 'c'.repeat(32)
    const link = (trace: string) => ({ traceId: trace, spanId: 'd'.repeat(16), attributes: [] })
    const document = toOtlpDocument([trace], 'hex') as {
      resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[]
    }
    const spans = document.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((one) => one.spans))
    const span = spans.find(({ name }) => name === 'POST /checkout') ?? {}
    span.links = [link(linked), link(traceId)]
    const file = join(world.home, 'linked.json')
    await mkdir(world.home, { recursive: true })
    await writeFile(file, JSON.stringify(document))
    for (const how of [`--span ${span.spanId}`, '--details --full', `--span ${span.spanId} -o agent`]) {
      const { stdout } = await world.type(`ls-auth trace get ${file} ${how}`)
      const flat = stdout.replace(/\n +/g, ' ')
      expect(flat).toContain(`trace get ${linked} --span ${'d'.repeat(16)}`)
      expect(flat).toContain(`trace get ${file} --span ${'d'.repeat(16)}`)
    }
  })
})
