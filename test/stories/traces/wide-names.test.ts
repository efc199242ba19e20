import { afterAll, beforeAll, expect, it } from 'vitest'
import { displayWidth } from '../../../src/text/display-width.ts'
import { openWorld, type World } from '../../world/world.ts'

const COLUMNS = 80
let world: World
beforeAll(async () => {
  world = await openWorld({ columns: COLUMNS })
  world.watched = true
  await world.writeConfig(`[profiles.work]
issuer = "https://login.example"
client_id = "x"
scopes = ["openid", "トレース:読み取り", "トレース:書き込み", "サービス:一覧", "属性:一覧"]
organization = "株式会社サンプル"
`)
})
afterAll(() => world.close())

it('profile show: a name of wide characters takes the columns it takes, and no line is too long', async () => {
  const { stdout } = await world.type('ls-auth profile show')
  const lines = stdout.trimEnd().split('\n').slice(1)
  expect(lines.filter((line) => displayWidth(line) > COLUMNS)).toEqual([])
  expect(stdout).toContain('\norganization ')
  // The sources stand in one column.
  const columns = lines
    .filter((line) => line.includes('#'))
    .map((line) => displayWidth(line.split('#')[0] ?? ''))
  expect([...new Set(columns)]).toHaveLength(1)
})
