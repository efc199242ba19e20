import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BINARY } from '../world/machine.ts'

let clone: string
beforeAll(async () => {
  clone = await realpath(await mkdtemp(join(tmpdir(), 'ls-auth-clone-')))
  await cp(dirname(BINARY), join(clone, 'bin'), { recursive: true })
})
afterAll(() => rm(clone, { recursive: true }))

const run = () =>
  spawnSync(process.execPath, [join(clone, 'bin/ls-auth.js'), '--version'], { encoding: 'utf8' })

describe('the program in a clone', () => {
  it('says how to build it, in two lines', () => {
    expect(run()).toMatchObject({
      status: 2,
      stdout: '',
      stderr: `error: ls-auth in ${clone} is not built yet\nhint: Run there: npm ci && npm run build\n`,
    })
  })

  it('hides no other error: a module that the built program misses is told by Node', async () => {
    await mkdir(join(clone, 'dist'))
    await writeFile(join(clone, 'dist/start.cjs'), "require('./gone.cjs')\n")
    const { status, stderr } = run()
    expect(status).toBe(1)
    expect(stderr).toContain('gone.cjs')
    expect(stderr).not.toContain('not built')
  })
})
