import { chmod, cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../../world/free-port.ts'
import { replaceVariables, SHIPPED, serve, type Variables, writeKey } from '../apache.ts'
import { send } from '../send.ts'
import { startTokenIssuer, type TokenIssuer } from '../token-issuer.ts'
import { startUpstream, type Upstream } from '../upstream.ts'
import { TRACE } from './fixture.ts'

/** One of two gateways of one server. */
interface Place {
  /** Name of its directory below that of the server. */
  readonly home: string
  readonly backend: string
  readonly key: string
  readonly path: string
  /** Whom its `access.rules` lets in. */
  readonly group: string
}

const FIRST: Place = {
  home: 'gateway',
  backend: 'lightstep',
  key: 'FIRST-KEY',
  path: TRACE,
  group: 'payments',
}
const SECOND: Place = {
  home: 'gateway-jaeger',
  backend: 'jaeger',
  key: 'SECOND-KEY',
  path: '/api/v3/services',
  group: 'sre',
}

/** A copy of the directory under another name, with that name in its gateway.conf, as docs/gateway/README.md has it. */
export function secondSuite(): void {
  const urls = new Map<Place, string>()
  const upstreams = new Map<Place, Upstream>()
  let issuer: TokenIssuer
  let root: string
  let close: () => Promise<void>

  const logOf = async (name: string) => readFile(join(root, 'log', name), 'utf8')
  const everywhere = [FIRST.group, SECOND.group]
  const ask = async (place: Place, subject: string, groups = everywhere) => {
    const token = await issuer.mint({ sub: subject, groups })
    return send(urls.get(place) ?? '', place.path, { token })
  }

  /** Debian's directories stand below `root` here. No other path is changed. */
  const below = (text: string) =>
    text.replaceAll('/etc/apache2/', `${root}/`).replaceAll('/var/log/apache2/', `${root}/log/`)

  async function copy(place: Place, variables: Variables): Promise<void> {
    const directory = join(root, place.home)
    await cp(SHIPPED, directory, { recursive: true })
    const main = join(directory, 'gateway.conf')
    const text = await readFile(main, 'utf8')
    expect(text).toContain('\nDefine GW_HOME gateway\n')
    await writeFile(main, text.replace('\nDefine GW_HOME gateway\n', `\nDefine GW_HOME ${place.home}\n`))
    const file = join(directory, 'variables.conf')
    await writeFile(file, replaceVariables(below(await readFile(file, 'utf8')), variables))
    await writeFile(join(directory, 'access.rules'), `group=${place.group}\n`)
    await writeKey(join(directory, 'api-key'), place.key)
  }

  beforeAll(async () => {
    issuer = await startTokenIssuer()
    root = await mkdtemp(join(tmpdir(), 'ls-auth-two-gateways-'))
    await chmod(root, 0o755)
    for (const name of ['log', 'run']) await mkdir(join(root, name))
    for (const place of [FIRST, SECOND]) {
      const upstream = await startUpstream()
      const port = await freePort()
      upstreams.set(place, upstream)
      urls.set(place, `http://127.0.0.1:${port}`)
      await copy(place, {
        GW_ISSUER: issuer.issuer,
        GW_BACKEND: place.backend,
        GW_UPSTREAM: upstream.url,
        GW_LISTEN: `127.0.0.1:${port}`,
        GW_PEOPLE_NEED_RULE: 'yes',
        GW_RUN_DIR: join(root, 'run'),
      })
    }
    const server = await serve({
      root,
      url: urls.get(SECOND) ?? '',
      errorFile: join(root, 'log', 'traces-error.log'),
      directives: [`Include ${SECOND.home}/gateway.conf`],
    })
    close = server.close
  })
  afterAll(async () => {
    await close?.()
    for (const upstream of upstreams.values()) await upstream.close()
    await issuer?.close()
  })

  it.each([FIRST, SECOND])('$home sends its own key, and no other', async (place) => {
    expect((await ask(place, 'ada')).status).toBe(200)
    expect(upstreams.get(place)?.arrivals.at(-1)?.headers.authorization).toBe(`Bearer ${place.key}`)
  })

  it.each([
    [FIRST, SECOND],
    [SECOND, FIRST],
  ])('$home goes by its own rules', async (place, other) => {
    expect((await ask(place, 'eve', [other.group])).status).toBe(403)
  })

  it('each writes a log of its own, the first one under the name that it always had', async () => {
    for (const place of [FIRST, SECOND]) expect((await ask(place, `of-${place.home}.`)).status).toBe(200)
    await expect.poll(() => logOf('traces-access.log')).toContain('"sub":"of-gateway."')
    await expect.poll(() => logOf('gateway-jaeger-access.log')).toContain('"sub":"of-gateway-jaeger."')
    expect(await logOf('traces-access.log')).not.toContain('of-gateway-jaeger.')
    expect(await logOf('gateway-jaeger-access.log')).not.toContain('of-gateway.')
    expect(await logOf('gateway-jaeger-error.log')).toBeDefined()
  })
}
