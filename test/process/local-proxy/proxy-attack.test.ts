import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Scene } from '../../reliability/proxy-attack/attack.ts'
import { headers } from '../../reliability/proxy-attack/headers.ts'
import { hosts } from '../../reliability/proxy-attack/hosts.ts'
import { paths } from '../../reliability/proxy-attack/paths.ts'
import { attackAll, GROUPS, shortForm } from '../../reliability/proxy-attack/run.ts'
import { openScene } from '../../reliability/proxy-attack/scene.ts'
import { listen } from '../../world/loopback-server.ts'

const groups = shortForm(GROUPS).filter(({ missing }) => missing === undefined)

describe('attacks on a local proxy (npm run proxy-attack has them all)', () => {
  it('are more than 200 here', () => {
    expect(groups.flatMap(({ attacks }) => attacks).length).toBeGreaterThan(200)
  })

  // Each kind has proxies of its own, and mostly waits.
  it.concurrent.each(groups)(
    '$name: nothing comes through, no token comes back, the owner is served',
    async (group) => {
      const scene = await openScene()
      const told: string[] = []
      try {
        const tally = await attackAll(group, scene, (line) => told.push(line))
        const { length } = group.attacks
        expect({ told, ...tally }).toEqual({
          told: [],
          attacks: length,
          through: 0,
          tokens: 0,
          owner: length,
        })
      } finally {
        await scene.close()
      }
    },
  )
})

describe('a proxy without a guard', () => {
  let scene: Scene & { close(): Promise<void> }
  beforeAll(async () => {
    scene = await openScene()
  })
  afterAll(() => scene.close())

  it.each([hosts, headers, paths])(
    'lets the attacks through and gives the token away: $name',
    async (group) => {
      const naive = createServer({ insecureHTTPParser: true }, async (request, response) => {
        const url = `${scene.api.url}${request.url?.replace(`/${scene.door.secret}`, '')}`
        const { host, connection, ...others } = request.headersDistinct
        const list = Object.entries(others).flatMap(([name, values = []]) => values.map((one) => [name, one]))
        const sent = [...list, ['authorization', `Bearer ${scene.token}`]] as [string, string][]
        const answer = await fetch(url, { headers: sent }).catch(() => undefined)
        response.end(await answer?.text())
      })
      const listening = await listen(naive)
      const door = { ...scene.door, port: listening.port }
      const { attacks, through, tokens, owner } = await attackAll(group, { ...scene, door }, () => {})
      await listening.close()
      expect(owner).toBe(attacks)
      expect(through).toBeGreaterThan(attacks / 2)
      expect(tokens).toBeGreaterThan(attacks / 2)
    },
  )
})
