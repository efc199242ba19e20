import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Observatorium, startObservatorium } from '../../world/gateways/observatorium.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { openScene, type Scene, trace } from './place.ts'

/** One service is in a namespace that alice may not read, and one names none. */
const namespaceOf = (service: string) =>
  service === 'payment' ? 'billing' : service === 'email' ? undefined : 'shop'
const closedSpans = trace.spans
  .filter(({ service }) => namespaceOf(service) !== 'shop')
  .map(({ spanId }) => spanId)
  .sort()
const withheld = closedSpans.length
/** A span of a service that has none below it. */
const leafOf = (service: string) =>
  trace.spans.find(
    (span) => span.service === service && !trace.spans.some(({ parentId }) => parentId === span.spanId),
  )?.spanId as string

let scene: Scene
let tempo: TempoApi
let gateway: Observatorium
beforeAll(async () => {
  scene = await openScene('observatorium', 80)
  tempo = await startTempoApi({ traces: [trace] })
  gateway = await startObservatorium({
    issuer: scene.provider.issuer,
    clientId: scene.provider.clientId,
    upstream: tempo.url,
    groupClaim: 'groups',
    namespaces: ['shop'],
    namespaceOf,
  })
  await scene.signIn(gateway.url)
})
afterEach(() => {
  gateway.errors = 'json'
  gateway.protobuf = 502
})
afterAll(() => Promise.all([scene.close(), tempo.close(), gateway.close()]))

describe('behind Observatorium API, with the profile of the guide', () => {
  it('the person is known, and doctor names the gateway', async () => {
    const who = await scene.world.type('ls-auth whoami')
    expect(who).toMatchObject({ exit: 0 })
    expect(who.stdout).toMatch(/^alice@example\.test\n/)
    const doctor = await scene.world.type('ls-auth doctor')
    expect(doctor.stdout).toMatch(/^ok +gateway +Observatorium API \(tenant dev, by its address\)$/m)
    expect(doctor.stdout).toMatch(/^ok +API +127\.0\.0\.1:\d+ accepted your token/m)
    expect(doctor.exit).toBe(0)
  })

  it('a trace is read as JSON at once, and what is withheld of it is said', async () => {
    const before = gateway.requests.length
    const outcome = await scene.world.type(`ls-auth trace get ${trace.traceId}`)
    expect(outcome.exit).toBe(0)
    expect(outcome.stderr).toContain(`note: the attributes of ${withheld} spans are withheld from you\n`)
    expect(gateway.requests.slice(before).map(({ status }) => status)).toEqual([200])
    const json = await scene.world.type(`ls-auth trace get ${trace.traceId} --json`)
    expect(JSON.parse(json.stdout)).toMatchObject({ withheldSpans: withheld, spanCount: trace.spans.length })
  })

  it.each([
    ['', /^ +note +its attributes and events are withheld from you$/m],
    [' -o html', /note: its attributes and events are withheld from you/],
    [' -o agent', /^ +note +its attributes and events are withheld from you$/m],
  ])('a span whose attributes are withheld says so itself:%s', async (format, says) => {
    const [closed, open] = [leafOf('payment'), leafOf('cart')]
    const line = (spanId: string) => `ls-auth trace get ${trace.traceId} --span ${spanId}${format}`
    const outcome = await scene.world.type(line(closed))
    expect(outcome.exit).toBe(0)
    expect(outcome.stdout).toMatch(says)
    expect(outcome.stdout + outcome.stderr).toContain('the attributes of this span are withheld from you\n')
    const other = await scene.world.type(line(open))
    expect(other.exit).toBe(0)
    expect(other.stdout + other.stderr).not.toContain('withheld')
  })

  it.each(['attributes', "query '{} | rate()'"])('%s is closed to everybody', async (command) => {
    expect(await scene.world.type(`ls-auth ${command}`)).toMatchObject({
      exit: 11,
      stdout: '',
      stderr: expect.stringMatching(
        /^error: 127\.0\.0\.1:\d+ does not allow this request \(HTTP 403\)\nhint: .*only allows single traces, searches and services/,
      ),
    })
  })

  it.each(['json', 'text'] as const)(
    'the access token is refused by a 500 (%s): what was sent, and what is wanted',
    async (errors) => {
      gateway.errors = errors
      await scene.world.type('ls-auth profile set use_token access')
      const { exit, stderr } = await scene.world.type(`ls-auth trace get ${trace.traceId}`)
      await scene.world.type('ls-auth profile set use_token id')
      expect(exit).toBe(errors === 'json' ? 11 : 6)
      expect(stderr).toMatch(/^error: 127\.0\.0\.1:\d+ could not verify the token \(HTTP 500\)\n/)
      expect(stderr).toContain('the ID token has it. Send it: ls-auth profile set use_token id\n')
      expect(stderr).toContain('  server: failed to verify ID token\n')
      expect(stderr).toContain('  sent: the access token, in Authorization\n  held audience: api://traces\n')
    },
  )

  it('a token that does not arrive is a sign-in page that nobody follows', async () => {
    const line = 'ls-auth services --authorization-header X-JWT-Assertion'
    const { exit, stderr } = await scene.world.type(line)
    expect(exit).toBe(3)
    expect(stderr).toMatch(
      /requires a separate sign-in \(HTTP 302 to \/oidc\/dev\/login\)\nhint: It reads the token from Authorization/,
    )
    expect(gateway.requests.some(({ path }) => path.startsWith('/oidc/'))).toBe(false)
  })
})

describe('another one', () => {
  const started: Observatorium[] = []
  afterAll(() => Promise.all(started.map((one) => one.close())))

  it('which filters by namespace: doctor --gateway finds a read that is open, and tries every attack there', async () => {
    const { exit, stdout } = await scene.world.type('ls-auth doctor --gateway --json')
    const report = JSON.parse(stdout).gateway
    expect(report.control).toMatchObject({ verdict: 'answered' })
    expect(report.route).toMatch(/\/api\/v2\/search\/tag\/resource\.service\.name\/values$/)
    const tried = report.attacks.filter(({ verdict }: { verdict: string }) => verdict !== 'not-tried')
    expect(tried.length).toBeGreaterThan(15)
    expect(exit).not.toBe(5)
  })
})
