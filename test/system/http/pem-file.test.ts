import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { processEnv } from '../../../src/system/env.ts'
import { readPem } from '../../../src/system/http/tls-settings.ts'
import { makeTls, type Tls } from '../../world/tls.ts'

const env = processEnv()
let directory: string
let tls: Tls
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ls-auth-pem-'))
  tls = await makeTls()
})
afterAll(() => rm(directory, { recursive: true }))
async function file(content: string): Promise<string> {
  const path = join(directory, 'file.pem')
  await writeFile(path, content, { mode: 0o600 })
  return path
}

describe('a file of certificates', () => {
  it('is read as it is, also with a text before them', async () => {
    const text = `The CA of the company\n${tls.ca}\n${tls.ca}\n`
    expect(readPem(await file(text), 'ca_file', 'certificates', env)).toBe(text)
  })

  it.each([
    ['nothing at all', ''],
    ['JSON', '{"ca": true}'],
    ['no certificate between its lines', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('that holds %s is named, before anything is sent', async (_, content) => {
    const path = await file(content)
    expect(() => readPem(path, 'ca_file', 'certificates', env)).toThrow(
      expect.objectContaining({
        code: 'settings',
        message: `ca_file: ${path}: it has no PEM certificate`,
        hint: 'Set ca_file to a file of certificates in PEM (-----BEGIN …-----).',
      }),
    )
  })

  it('is not the key', async () => {
    const path = await file(tls.key)
    expect(() => readPem(path, 'client_cert', 'certificates', env)).toThrow('it has no PEM certificate')
    expect(readPem(path, 'client_key', 'key', env)).toBe(tls.key)
    const other = await file(tls.ca)
    expect(() => readPem(other, 'client_key', 'key', env)).toThrow('it has no PEM private key')
  })

  it.each([
    ['a directory', () => directory, 'it is a directory'],
    ['missing', () => join(directory, 'none.pem'), 'no such file'],
    ['in place of a directory', () => '/dev/null/ca.pem', 'no such file'],
    ['without an end', () => '/dev/zero', 'it is not a plain file'],
  ])('that is %s says so', (_, path, why) => {
    expect(() => readPem(path(), 'ca_file', 'certificates', env)).toThrow(why)
  })

  it('that is a pipe which nobody writes is refused at once', () => {
    const pipe = join(directory, 'pipe')
    execFileSync('mkfifo', [pipe])
    expect(() => readPem(pipe, 'ca_file', 'certificates', env)).toThrow('it is not a plain file')
  })

  it('that is too large is not read', async () => {
    const path = await file('x'.repeat(1024 * 1024 + 1))
    expect(() => readPem(path, 'ca_file', 'certificates', env)).toThrow('it is larger than 1 MiB')
  })
})
