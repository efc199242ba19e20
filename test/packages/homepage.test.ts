import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('each help names the web pages, once package.json has a homepage when the program is built', () => {
  const homepage = 'https://acme.example/ls-auth/'
  const clone = mkdtempSync(join(process.cwd(), '.build/homepage-'))
  for (const name of ['build', 'docs', 'node_modules', 'src'])
    symlinkSync(join(process.cwd(), name), join(clone, name))
  cpSync('bin', join(clone, 'bin'), { recursive: true })
  writeFileSync(
    join(clone, 'package.json'),
    JSON.stringify({ ...JSON.parse(readFileSync('package.json', 'utf8')), homepage }),
  )
  const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: clone, encoding: 'utf8' })
  node('build/build.mjs')
  for (const command of ['', 'login', 'trace get', 'profile'])
    expect(node('bin/ls-auth.js', ...command.split(' ').filter(Boolean), '--help').trimEnd()).toMatch(
      new RegExp(`\n +${homepage}$`),
    )
  rmSync(clone, { recursive: true })
}, 60_000)
