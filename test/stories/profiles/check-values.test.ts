import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStage, type Stage } from '../../world/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  await stage.world.type(stage.login('--profile work'))
})
afterAll(() => stage.close())
const type = (line: string) => stage.world.type(line)

describe('what a line of check says', () => {
  it('"not expired" passes with the time of expiry, and not with a time that is past', async () => {
    const { exit, stdout } = await type('ls-auth check --min-ttl 5m')
    expect(exit).toBe(0)
    const [, told = ''] = /pass +not expired +expires (\S+Z) {2}\[exp\]$/m.exec(stdout) ?? []
    expect(Date.parse(told) - Date.now()).toBeGreaterThan(3000_000)
    expect(stdout).toMatch(/pass +time left +59m( \d+s)?, at least 5m {2}\[exp\]$/m)
  })

  it.each([
    ['--claim "email == alice@example.test"', 'ls-auth check --claim '],
    ['--max-age 8h', 'ls-auth check --max-age 8h --use id'],
  ])('%s: the other token says it, so the hint is the same line with --use id', async (flags, line) => {
    const { exit, stdout, stderr } = await type(`ls-auth check ${flags}`)
    expect(exit).toBe(5)
    expect(stdout).toMatch(/unknown +claim/)
    expect(stderr).toContain(`hint: The ID token says it: ${line}`)
    const hint = /ls-auth check .*--use id/.exec(stderr)?.[0] as string
    expect(await type(hint)).toMatchObject({ exit: 0 })
  })

  it('what neither token says gets no such hint', async () => {
    expect((await type('ls-auth check --claim "nosuch == x"')).stderr).not.toContain('--use id')
  })
})

describe('machine values', () => {
  it('stand beside the words, for each kind of assertion', async () => {
    const { stdout } = await type(
      `ls-auth check --issuer ${stage.provider.issuer} --aud a --aud api://traces --scope traces:read --group ops --min-ttl 5m --max-lifetime 2h --sub "al*" --claim "nosuch == x" --json`,
    )
    const values = Object.fromEntries(
      JSON.parse(stdout).findings.map((one: { assertion: string; values: unknown }) => [
        one.assertion,
        one.values,
      ]),
    )
    expect(values).toMatchObject({
      signature: { operator: '==', expected: 'verified', actual: 'verified' },
      'not expired': { operator: '>', expected: expect.any(Number), actual: expect.any(Number) },
      issuer: { operator: 'any-of', expected: [stage.provider.issuer], actual: [stage.provider.issuer] },
      audience: { operator: 'any-of', expected: ['a', 'api://traces'], actual: ['api://traces'] },
      scope: { operator: 'contains', expected: 'traces:read' },
      group: { operator: 'any-of', expected: ['ops'], actual: ['ops', 'dev'] },
      'time left': { operator: '>=', expected: 300, actual: expect.any(Number) },
      'token lifetime': { operator: '<=', expected: 7200, actual: 3600 },
      subject: { operator: 'like', expected: 'al*', actual: ['alice'] },
      claim: { operator: '==', expected: 'x', actual: null },
    })
  })
})
