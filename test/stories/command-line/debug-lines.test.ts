import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'
import { startTempoApi, type TempoApi } from '../../world/tempo-api.ts'
import { makeTrace } from '../../world/trace-data.ts'

let stage: Stage
let tempo: TempoApi
beforeAll(async () => {
  stage = await openStage()
  tempo = await startTempoApi({ traces: [makeTrace({ seed: 7 })] })
})
afterAll(() => Promise.all([stage.close(), tempo.close()]))

it('--debug names the parameters of each request, and shows no value of them', async () => {
  const { stderr } = await stage.world.type(
    `ls-auth trace search --service checkout --debug --backend tempo --api ${tempo.url} --authorization none`,
  )
  expect(stderr).toMatch(
    /^debug: GET http:\/\/127\.0\.0\.1:\d+\/api\/search\?q=…&start=…&end=…&limit=…&spss=… 200 \d+ms$/m,
  )
  expect(stderr).not.toContain('checkout')
})

it('a sign-in has no code, state or verifier in it', async () => {
  const { stderr } = await stage.world.type(stage.login('--debug'))
  const lines = stderr.split('\n').filter((line) => line.startsWith('debug: '))
  expect(lines.length).toBeGreaterThan(1)
  for (const line of lines)
    expect(line).toMatch(/^debug: (GET|POST) [^?\s]+(\?([\w.%-]+=…&?)+)? \d{3} \d+ms$/)
})

it('a name is no place for a value: long and odd ones are cut', async () => {
  const secret = 'x'.repeat(60)
  const { stderr } = await stage.world.type(
    `ls-auth api "/api/echo?${secret}&a%1b=1&a=2&a=3" --debug --backend tempo --api ${tempo.url} --authorization none`,
  )
  expect(stderr).not.toContain(secret)
  expect(stderr).toMatch(/debug: GET \S+\/api\/echo\?…&…&a=…&a=… 200/)
})
