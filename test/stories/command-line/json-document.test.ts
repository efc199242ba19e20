import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compare, type Member, neverSeen, readJsonDocument } from '../../architecture/json-document.ts'
import { ENTRIES } from '../../cli/rows.ts'

import { startCiPlatform } from '../../world/ci-platform.ts'
import { type JaegerApi, startJaegerApi } from '../../world/jaeger-api.ts'
import { startSecurityTokenService } from '../../world/security-token-service.ts'
import { openStage, type Stage } from '../../world/stage.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { genAiTrace } from '../../world/trace/gen-ai.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { startTraceApi } from '../../world/trace-api.ts'
import { makeTrace, movedTo } from '../../world/trace-data.ts'

/** docs/json.md against what the commands print. A member that is new, gone, or of another type fails here. */

const { sections, without } = readJsonDocument()
const ROLE = 'arn:aws:iam::123456789012:role/TraceReader'
let stage: Stage
let tempo: TempoApi
let jaeger: JaegerApi
let file: string
beforeAll(async () => {
  stage = await openStage({ provider: { deviceInterval: 1, withRegistration: true } })
  const { world, trace } = stage
  const recent = [movedTo(Date.now() - 60_000, trace)]
  tempo = await startTempoApi({ traces: recent, filters: true })
  jaeger = await startJaegerApi({ traces: recent })
  file = join(world.home, 'all.json')
  await writeFile(file, JSON.stringify(EVERYTHING))
})
afterAll(() => Promise.all([stage.close(), tempo.close(), jaeger.close()]))

const attribute = [{ key: 'a', value: { stringValue: 'b' } }]
/** A trace with every member that a span can have. */
const EVERYTHING = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 's' } }] },
      scopeSpans: [
        {
          scope: { name: 'lib', version: '1', attributes: attribute },
          spans: [
            {
              traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
              spanId: '00f067aa0ba902b7',
              parentSpanId: '00f067aa0ba902b8',
              name: 'n',
              kind: 2,
              startTimeUnixNano: '1800000000000000002',
              endTimeUnixNano: '1800000000000000001',
              status: { code: 2, message: 'm' },
              attributes: attribute,
              events: [{ name: 'e', timeUnixNano: '1800000000000000000', attributes: attribute }],
              links: [
                {
                  traceId: '4bf92f3577b34da6a3ce929d0e0e4737',
                  spanId: '00f067aa0ba902b9',
                  attributes: attribute,
                },
              ],
            },
          ],
        },
      ],
    },
  ],
}

const jobProfile = (issuer: string) =>
  `[profiles.job]\nissuer = "${issuer}"\n[profiles.job.workload]\nsource = "env:PROOF"\n`
/** What a pod's token says, in place of a CI job's. */
const POD = {
  repository: undefined,
  ref: undefined,
  environment: undefined,
  'kubernetes.io': { namespace: 'ops', serviceaccount: { name: 'reader' } },
}

/** Runs lines one after the other, a function between them. Gives what is wrong by the table of that section. */
async function problems(section: string, runs: readonly (string | (() => unknown))[]): Promise<string[]> {
  const members = sections.get(section) as readonly Member[]
  expect(members?.length, section).toBeGreaterThan(0)
  const seen = new Map<string, Set<string>>()
  const found: string[] = []
  for (const run of runs) {
    if (typeof run === 'function') {
      await run()
      continue
    }
    const { stdout, stderr } = await stage.world.type(run)
    const text = section === 'Errors' ? (stderr.trim().split('\n').at(-1) ?? '') : stdout
    try {
      found.push(...compare(JSON.parse(text), members, seen).map((problem) => `${run}: ${problem}`))
    } catch {
      found.push(`${run}: no JSON value: ${(stdout + stderr).slice(0, 300)}`)
    }
  }
  return [...found, ...neverSeen(members, seen).map((path) => `${path} is told of, and no run shows it`)]
}

const edit = (change: (text: string) => string) => () => stage.world.editConfig(change)
const login = (flags = '') => stage.login(`--profile work ${flags}`)
const TEMPO = () => `--backend tempo --api ${tempo.url} --authorization none`
const JAEGER = () => `--backend jaeger --api ${jaeger.url} --authorization none`

it('names every command, or says that it prints none', () => {
  const told = [...[...sections.keys()].map((heading) => heading.replace(/ (--.*|NAME)$/, '')), ...without]
  const commands = ENTRIES.filter(({ row }) => !('rows' in row)).map(({ words }) => words)
  expect(commands.filter((words) => !told.includes(words))).toEqual([])
  expect(told.filter((words) => words !== 'Errors' && !commands.includes(words))).toEqual([])
})

describe('the comparison itself', () => {
  const told: Member[] = [
    { path: 'a', types: ['string'], optional: false },
    { path: 'b', types: ['number', 'null'], optional: true },
    { path: 'c', types: ['object'], optional: false },
    { path: 'c.*', types: ['any'], optional: false },
    { path: 'd', types: ['array'], optional: false },
    { path: 'd[]', types: ['object'], optional: false },
    { path: 'd[].e', types: ['boolean'], optional: false },
  ]
  const good = { a: 'x', b: 1, c: { y: 1, z: [{}] }, d: [{ e: true }] }
  it.each<[string, unknown, string[]]>([
    ['as told', good, []],
    ['one more', { ...good, f: 1 }, ['f (number) is not told of']],
    ['one less', { a: 'x', c: {}, d: [] }, []],
    [
      'one that must be there',
      { c: {}, d: [{}] },
      ['d[].e is missing, and not told as optional', 'a is missing, and not told as optional'],
    ],
    ['another type', { ...good, d: [{ e: 1 }] }, ['d[].e is number, told as boolean']],
  ])('%s', (_, value, problems) => {
    expect(compare(value, told, new Map())).toEqual(problems)
  })

  it('names what no run has shown, or only as null', () => {
    const seen = new Map<string, Set<string>>()
    compare({ a: 'x', b: null, c: {}, d: [] }, told, seen)
    expect(neverSeen(told, seen)).toEqual(['b', 'c.*', 'd[]', 'd[].e'])
  })
})

// In this order: each has what those before it have left.
describe.sequential('is true, member by member', () => {
  it('login', async () => {
    const scope = () => {
      stage.provider.tamper = { tokenResponse: (body) => ({ ...body, scope: 'openid' }) }
    }
    const restore = () => {
      stage.provider.tamper = {}
    }
    expect(await problems('login', [scope, `${login()} --json`, restore, `${login()} --json`])).toEqual([])
  })

  it('login --start', async () => {
    expect(await problems('login --start', [login('--start'), login('--start --device')])).toEqual([])
  })

  it('token', async () => {
    const given = async () => {
      stage.world.variables.LS_AUTH_TOKEN = (await stage.world.type('ls-auth token')).stdout.trim()
    }
    const runs = ['ls-auth token --json', given, 'ls-auth token --json']
    expect(await problems('token', runs)).toEqual([])
    delete stage.world.variables.LS_AUTH_TOKEN
  })

  it('aws-credentials', async () => {
    const { provider, world } = stage
    const sts = await startSecurityTokenService()
    sts.trust = { roleArn: ROLE, issuer: provider.issuer, audiences: [provider.clientId] }
    world.variables.AWS_ENDPOINT_URL_STS = sts.url
    const line = `ls-auth aws-credentials --role-arn ${ROLE}`
    expect(await problems('aws-credentials', [line, `${line} --json`])).toEqual([])
    await sts.close()
  })

  it('audit list', async () => {
    // An agent's name, a span and a place, which no command of this test has.
    const agent = {
      time: new Date().toISOString(),
      event: 'request',
      way: 'mcp',
      profile: 'work',
      client: 'x',
      span_id: 'a5',
      place: 'shop',
    }
    const runs = [
      () => stage.world.type(login('--reason x')),
      () => stage.world.type(`ls-auth api /api/traces/${stage.trace.traceId} ${TEMPO()}`),
      () => appendFile(join(stage.world.stateDirectory, 'audit.jsonl'), `${JSON.stringify(agent)}\n`),
      'ls-auth audit list --json',
    ]
    expect(await problems('audit list', runs)).toEqual([])
  })

  it('version', async () => {
    expect(await problems('version', ['ls-auth version --json'])).toEqual([])
  })

  it('whoami', async () => {
    const access = edit(
      (text) =>
        `${text}\n[profiles.work.access]\nread = { scopes = ["traces:read"], groups = ["nobody"] }\nwrite = { scopes = ["traces:read"], groups = ["ops"] }\n`,
    )
    const platform = await startCiPlatform()
    const job = edit((text) => `${text}\n${jobProfile(platform.issuer)}`)
    const program = () => {
      stage.world.variables.PROOF = platform.sign('api://traces')
    }
    const pod = () => {
      stage.world.variables.PROOF = platform.sign('api://traces', POD)
    }
    const asJob = 'ls-auth whoami --json --profile job'
    const noJob = edit((text) => text.replace(`\n${jobProfile(platform.issuer)}`, ''))
    const programs = [job, program, asJob, pod, asJob, noJob]
    const runs = ['ls-auth whoami --json', access, 'ls-auth whoami --json', ...programs]
    const outside = async () => {
      stage.world.stdin = [(await stage.world.type('ls-auth token')).stdout.trim()]
    }
    const opaque = () => {
      stage.world.stdin = ['opaque-token']
    }
    const more = [outside, 'ls-auth whoami --token - --json', opaque, 'ls-auth whoami --token - --json']
    const forged = () => {
      stage.world.stdin = ['eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJpc3MiOiJodHRwczovL2EuZXhhbXBsZSJ9.AAAA']
    }
    const id = async () => {
      stage.world.stdin = [
        (await stage.world.type('ls-auth token --id-token')).stdout.replace(/.{8}\n$/, 'AAAAAAAA'),
      ]
    }
    const bad = async () => {
      stage.world.stdin = [(await stage.world.type('ls-auth token')).stdout.replace(/.{8}\n$/, 'AAAAAAAA')]
    }
    const last = [
      bad,
      'ls-auth whoami --token - --json',
      forged,
      'ls-auth whoami --token - --json',
      id,
      'ls-auth whoami --token - --json',
    ]
    // Bound to the key of the sign-in, to none although the provider says so, and to one that is not known here; that one has
    // groups in two shapes.
    const unbound = async () => {
      const claims = { iss: stage.provider.issuer, sub: 'alice', exp: 4e9 }
      const access_token = await stage.provider.signIdToken(claims)
      stage.provider.tamper = { tokenResponse: (body) => ({ ...body, access_token }) }
    }
    const others = async () => {
      stage.provider.tamper = {}
      const groups = [{ name: 'ops' }, 'dev']
      const claims = {
        iss: stage.provider.issuer,
        scope: 'x',
        groups,
        exp: 4e9,
        cnf: { jkt: 'x'.repeat(43) },
      }
      stage.world.stdin = [await stage.provider.signIdToken(claims)]
    }
    const bound = '--profile bound --account bound --dpop true'
    const keys = [
      () => stage.world.type(stage.login(bound)),
      'ls-auth whoami --profile bound --json',
      unbound,
      () => stage.world.type(stage.login(bound)),
      'ls-auth whoami --profile bound --json',
      others,
      'ls-auth whoami --token - --json',
    ]
    expect(await problems('whoami', [...runs, ...more, ...keys, ...last])).toEqual([])
    await stage.world.type('ls-auth profile remove bound')
    await platform.close()
    const raw = [
      'ls-auth whoami --raw',
      opaque,
      'ls-auth whoami --raw --token -',
      forged,
      'ls-auth whoami --raw --token -',
    ]
    const broken = () => {
      stage.world.stdin = ['eyJhbGciOiJSUzI1NiJ9.e30.!']
    }
    expect(await problems('whoami --raw', [...raw, broken, 'ls-auth whoami --raw --token -'])).toEqual([])
  })

  it('check', async () => {
    const runs = [
      'ls-auth check --json',
      'ls-auth check --aligned --sub "a*" --group nosuch --role x --claim "x == y" --min-ttl 5m --max-lifetime 2h --json',
      'ls-auth check --use id --scope x --json',
      // An opaque access token has no signature, which is a warning.
      () => {
        stage.provider.tamper = { tokenResponse: (body) => ({ ...body, access_token: 'opaque-token' }) }
      },
      () => stage.world.type(stage.login('--profile opaque --account opaque')),
      'ls-auth check --profile opaque --json',
    ]
    expect(await problems('check', runs)).toEqual([])
    stage.provider.tamper = {}
    await stage.world.type('ls-auth profile remove opaque')
  })

  it('doctor', async () => {
    const elsewhere = edit((text) =>
      text.replace(`api = "${stage.gateway.url}"`, 'api = "http://127.0.0.1:9"'),
    )
    const back = edit((text) => text.replace('api = "http://127.0.0.1:9"', `api = "${stage.gateway.url}"`))
    const given = async () => {
      stage.world.variables.LS_AUTH_TOKEN = (await stage.world.type('ls-auth token')).stdout.trim()
    }
    // An API that is open to everybody lets all of it through.
    const open = `--backend tempo --api ${tempo.url} --authorization bearer`
    const runs = [
      'ls-auth doctor --json',
      elsewhere,
      'ls-auth doctor --gateway --json',
      back,
      given,
      `ls-auth doctor --gateway --json ${open}`,
    ]
    expect(await problems('doctor', runs)).toEqual([])
    delete stage.world.variables.LS_AUTH_TOKEN
  })

  it('proxy', async () => {
    const socket = join(stage.world.home, 'sockets', 's')
    const runs = ['--port 0', `--socket ${socket}`].map((place) => `ls-auth proxy ${place} --ttl 1s --json`)
    expect(await problems('proxy', runs)).toEqual([])
  })

  it('profile', async () => {
    const { issuer, clientId } = stage.provider
    const system = join(stage.world.home, 'etc', 'config.toml')
    await mkdir(dirname(system), { recursive: true })
    const show = [
      'ls-auth profile show --json',
      edit((text) => text.replace('[profiles.work]\n', '[profiles.work]\ncolour = "red"\n')),
      'ls-auth profile show --json',
      () => writeFile(system, '[profiles.strict.expect]\ngroups = ["ops"]\n'),
      edit((text) => `${text}\n[profiles.strict.expect]\nscopes = ["traces:read"]\n`),
      'ls-auth profile show strict --json',
      () => rm(system),
      edit((text) => text.replace(/\n\[profiles\.strict[^[]*$/, '')),
    ]
    expect(await problems('profile show', show)).toEqual([])
    const add = [
      `ls-auth profile add local ${JAEGER()} --json`,
      `ls-auth profile add other --issuer ${issuer} --client-id ${clientId} --account two --json`,
      `ls-auth profile add own --issuer ${issuer} --register --json`,
      `ls-auth profile add same --issuer ${issuer} --client-id ${clientId} --api ${stage.gateway.url} --json`,
    ]
    expect(await problems('profile add', add)).toEqual([])
    expect(await problems('profile list', ['ls-auth profile list --json'])).toEqual([])
  })

  it('status', async () => {
    const bad = edit((text) => `${text}\n[profiles.bad]\nissuer = "http://idp.example"\n`)
    const runs = ['ls-auth status --json', bad, 'ls-auth status --json']
    stage.provider.tamper = { tokenResponse: (body) => ({ ...body, refresh_expires_in: 1800 }) }
    await stage.world.type(login())
    stage.provider.tamper = {}
    const lock = () => {
      stage.world.keychain.locked = true
    }
    expect(await problems('status', [...runs, lock, 'ls-auth status --json'])).toEqual([])
    stage.world.keychain.locked = false
    await stage.world.editConfig((text) => text.replace(/\n\[profiles\.bad\]\n.*\n/, ''))
  })

  it('trace get', async () => {
    const cut = () => {
      jaeger.maxTraceSize = 20
    }
    const runs = [`ls-auth trace get ${stage.spanId} --json`, `ls-auth trace get ${file} --json`]
    runs.push(`ls-auth trace get ${file} --min 100h --json`)
    const partial = `ls-auth trace get ${stage.trace.traceId} ${JAEGER()} --json`
    const whole = JSON.parse((await stage.world.type(runs[0] as string)).stdout)
    const log = { name: 'a', time: '2026-09-01T00:00:00Z', timeUnixNano: '1788220800000000000' }
    const logs = [
      { ...log, attributes: { b: 1 } },
      { name: 'c', time: null, timeUnixNano: null, attributes: {} },
    ]
    const spans = whole.spans.map((span: object) => ({ ...span, logs }))
    const logged = join(stage.world.home, 'logged.json')
    await writeFile(logged, JSON.stringify({ ...whole, spans }))
    runs.push(`ls-auth trace get ${logged} --json`)
    expect(await problems('trace get', [...runs, cut, partial])).toEqual([])
    jaeger.maxTraceSize = undefined
  })

  it('trace why', async () => {
    const runs = [
      `ls-auth trace why --file ${file} --error --json`,
      `ls-auth trace why ${JAEGER()} --service checkout --since 6d --error --json`,
      `ls-auth trace why ${TEMPO()} --since 6d --slower-than p50 --json`,
      `ls-auth trace why ${JAEGER()} --since 6d --service checkout --slower-than p99 --json`,
    ]
    expect(await problems('trace why', runs)).toEqual([])
  })

  it('trace breakdown', async () => {
    const agents = join(dirname(file), 'agents.json')
    await writeFile(agents, JSON.stringify(toOtlpDocument([genAiTrace(0)], 'hex')))
    const runs = [
      ...['model', 'tool'].map((by) => `ls-auth trace breakdown --file ${agents} --by ${by} --json`),
      `ls-auth trace breakdown --file ${file} --by model --json`,
      `ls-auth trace breakdown --file ${file} --by service --json`,
      `ls-auth trace breakdown ${TEMPO()} --since 6d --limit 1 --json`,
      `ls-auth trace breakdown ${TEMPO()} --since 6d --json`,
      `ls-auth trace breakdown ${TEMPO()} --since 6d --graph --json`,
      `ls-auth trace breakdown ${TEMPO()} --since 6d --graph --by operation --json`,
    ]
    expect(await problems('trace breakdown', runs)).toEqual([])
  })

  it('trace search', async () => {
    // Lightstep, whose searches are examples of spans: the gateway lets no snapshot pass.
    const direct = await startTraceApi({
      apiKey: 'k',
      organization: 'acme',
      project: 'prod',
      traces: [stage.trace],
    })
    direct.snapshots.assembleOnDemand = true
    const { clockOffset } = stage.world
    stage.world.fastForward = true
    const runs = [
      `ls-auth trace search ${JAEGER()} --since 6d --json`,
      `ls-auth trace search ${TEMPO()} --since 6d --json`,
      `ls-auth trace search --file ${file} --json`,
      () => {
        stage.world.variables.LS_AUTH_TOKEN = 'k'
      },
      `ls-auth trace search --backend lightstep --api ${direct.url} --service checkout --snapshot --since 1h --json`,
    ]
    expect(await problems('trace search', runs)).toEqual([])
    delete stage.world.variables.LS_AUTH_TOKEN
    Object.assign(stage.world, { fastForward: false, clockOffset })
    await direct.close()
  })

  it('trace diff', async () => {
    const { traceId } = stage.trace
    const saved = async (name: string, fails: boolean) => {
      const path = join(stage.world.home, name)
      const traces = [1, 2].map((seed) => makeTrace({ seed, fails }))
      await writeFile(path, JSON.stringify(toOtlpDocument(traces, 'hex')))
      return `'file=${path}'`
    }
    const several = `ls-auth trace diff --a ${await saved('good.json', false)} --b ${await saved('bad.json', true)} --json`
    const search = `--a 'service=frontend since=6d' ${file} ${JAEGER()}`
    const runs = [
      `ls-auth trace diff ${traceId} ${traceId} ${JAEGER()} --json`,
      `ls-auth trace diff ${search} --json`,
    ]
    const without = `ls-auth trace diff ${file} ${file} --json`
    const turned = `ls-auth trace diff ${file} --b 'service=frontend since=6d' ${JAEGER()} --json`
    expect(await problems('trace diff', [...runs, without, turned, several])).toEqual([])
  })

  it('services and attributes', async () => {
    expect(await problems('services', ['ls-auth services --json'])).toEqual([])
    const names = [`ls-auth attributes ${TEMPO()} --json`, 'ls-auth attributes --json']
    expect(await problems('attributes', names)).toEqual([])
    expect(await problems('attributes NAME', [`ls-auth attributes service.name ${TEMPO()} --json`])).toEqual(
      [],
    )
  })

  it('query', async () => {
    const line = `ls-auth query "{} | rate() by (resource.service.name)" ${TEMPO()} --since 1h --json`
    const ofDurations = line.replace('rate()', 'max_over_time(duration)')
    const partial = () => {
      tempo.mode = 'partial'
    }
    const normal = () => {
      tempo.mode = 'normal'
    }
    expect(await problems('query', [line, partial, line, normal, ofDurations])).toEqual([])
  })

  it('errors', async () => {
    const runs = ['ls-auth nosuch --json', 'ls-auth query "x" --json', 'ls-auth check --group x --json']
    expect(await problems('Errors', runs)).toEqual([])
  })

  it('logout', async () => {
    expect(
      await problems('logout', [
        'ls-auth logout --profile work --browser --json',
        'ls-auth logout --profile other --json',
      ]),
    ).toEqual([])
    await stage.world.type(login())
    expect(await problems('logout --all', ['ls-auth logout --all --browser --json'])).toEqual([])
  })
})
