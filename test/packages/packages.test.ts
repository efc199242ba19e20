import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { liveThroughSession } from '../process/whole-session.ts'
import { isMet, needs } from '../world/needs.ts'
import { type Provider, startProvider } from '../world/provider.ts'
import { type Chroot, openChroot } from './chroot.ts'

/** What `npm run package` has built. It takes too long for every run of the tests. */
const built = process.env.LS_AUTH_PACKAGES
if (built === undefined) writeSync(2, 'SKIPPED packages: npm run package, then LS_AUTH_PACKAGES=packages\n')

const canRun =
  built !== undefined &&
  needs({ commands: ['mmdebstrap', 'dpkg-deb', 'chroot'], packages: ['mmdebstrap'] }) &&
  isMet(process.getuid?.() === 0, 'an empty Debian needs root')

/** Links of the guides below a directory that lead to no file there, nor to the web. */
async function deadLinks(home: string): Promise<string[]> {
  const guides = (await readdir(home, { recursive: true })).filter(
    (path) => path.endsWith('.md') && !path.includes('node_modules'),
  )
  expect(guides).toContain('README.md')
  const links = guides.flatMap((path) =>
    [...readFileSync(join(home, path), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, to = '']) =>
      join(dirname(path), to),
    ),
  )
  return links.filter((to) => !existsSync(join(home, to)))
}

describe.skipIf(!canRun)('what people install, in an empty Debian', () => {
  const packages = resolve(built ?? '.')
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  let provider: Provider
  let chroot: Chroot

  beforeAll(async () => {
    provider = await startProvider()
    chroot = await openChroot()
    await mkdir(join(chroot.directory, 'opt'), { recursive: true })
  })
  afterAll(() => Promise.all([provider?.close(), chroot?.close()]))

  const guide = readFileSync('docs/install.md', 'utf8').replaceAll('VERSION', version)
  /** The lines that a part of the guide has for a shell. */
  const lines = (part: string) =>
    (new RegExp(`^## ${part}\\n[^#]*?\`\`\`sh\\n([^\`]*)`, 'm').exec(guide)?.[1] ?? 'false').replaceAll(
      'sudo ',
      '',
    )

  /** Types them as root beside these files. */
  async function type(part: string, file: string): Promise<string> {
    await copyFile(join(packages, file), join(chroot.directory, 'srv', file))
    // Questions have no answer here, and each package would bring others.
    const typed = lines(part).replace(
      'apt install',
      'DEBIAN_FRONTEND=noninteractive apt install -qq -y --no-install-recommends',
    )
    return chroot.asRoot('sh', '-euc', `cd /srv\n${typed}\nrm ${file}`)
  }

  /** Runs the whole session, and what a keychain would say: its library is loaded, but here is no D-Bus. */
  async function expectToWork(keychain: string, ...program: [string, ...string[]]): Promise<void> {
    const machine = await chroot.machine(...program)
    expect(await machine.run(['--version'])).toMatchObject({ exit: 0, stdout: `${version}\n`, stderr: '' })
    const login = ['login', '--issuer', provider.issuer, '--client-id', provider.clientId]
    const refused = await machine.run([...login, '--no-browser'])
    expect(refused).toMatchObject({ exit: 8 })
    expect(refused.stderr).toContain(keychain)
    // The store writes and locks by the native library.
    await liveThroughSession(machine, provider)
  }

  it('the executable: without Node and libsecret', async () => {
    const directory = `/opt/ls-auth-${version}-linux-x64`
    expect(await type('Single executable', `ls-auth-${version}-linux-x64.tar.gz`)).toBe(`${version}\n`)
    await expectToWork('is libsecret-1-0 installed?', `${directory}/ls-auth`)
  })

  it('the executable through a link on the PATH, its keychain library beside it', async () => {
    await chroot.install('libsecret-1-0')
    await expectToWork('no D-Bus', '/usr/local/bin/ls-auth').finally(() =>
      chroot.asRoot('rm', '/usr/local/bin/ls-auth'),
    )
  })

  it('the executable brings its guides, and each link in them leads somewhere; help needs no network', async () => {
    const home = `/opt/ls-auth-${version}-linux-x64`
    expect(await deadLinks(join(chroot.directory, home))).toEqual([])
    const help = (...args: string[]) => chroot.asRoot('unshare', '--net', `${home}/ls-auth`, ...args)
    const [, topics = '', page] =
      /More: ls-auth help (.+), or man (.+)/.exec(await help('login', '--help')) ?? []
    for (const topic of topics.split(' | ')) expect(await help('help', topic)).not.toBe('')
    expect(await readdir(join(chroot.directory, home, 'man'))).toContain(`${page}.1`)
    expect(await readdir(join(chroot.directory, home, 'completions'))).toEqual([
      '_ls-auth',
      'ls-auth',
      'ls-auth.fish',
    ])
  })

  it('the executable reads no NODE_OPTIONS, and unpacks nothing into the user’s directories', async () => {
    const machine = await chroot.machine(`/opt/ls-auth-${version}-linux-x64/ls-auth`)
    const env = { NODE_OPTIONS: '--require /nonexistent --stack-trace-limit=50' }
    expect(await machine.run(['--version'], { env })).toMatchObject({ exit: 0, stderr: '' })
    await liveThroughSession(machine, provider)
    const left = await readdir(join(chroot.directory, machine.home), { recursive: true, withFileTypes: true })
    const files = left.filter((entry) => entry.isFile())
    for (const { parentPath, name } of files)
      expect((await stat(join(parentPath, name))).mode & 0o111).toBe(0)
    expect(files.map(({ name }) => name)).toEqual(
      expect.not.arrayContaining([expect.stringMatching(/\.node$|^v8/)]),
    )
  })

  it('the Debian package: with the Node of Debian', async () => {
    await type('Debian package', `ls-auth_${version}_amd64.deb`)
    await expectToWork('no D-Bus', '/usr/bin/ls-auth')
    expect(await chroot.asRoot('cat', '/usr/share/doc/ls-auth/copyright')).toContain('Apache License')
    const pages = existsSync('man') ? await readdir('man') : []
    const installed = await chroot.asRoot('find', '/usr/share/man/man1', '-name', 'ls-auth*.gz')
    expect(installed.split('\n').filter(Boolean)).toHaveLength(pages.length)
    expect(await deadLinks(join(chroot.directory, 'usr/share/doc/ls-auth'))).toEqual([])
    // Debian's shells load it by these names.
    for (const [shell, place] of [
      ['bash', 'bash-completion/completions/ls-auth'],
      ['zsh', 'zsh/vendor-completions/_ls-auth'],
      ['fish', 'fish/vendor_completions.d/ls-auth.fish'],
    ] as const) {
      const printed = execFileSync(process.execPath, ['bin/ls-auth.js', 'completion', shell], {
        encoding: 'utf8',
      })
      expect(await chroot.asRoot('cat', `/usr/share/${place}`)).toBe(printed)
    }
  })

  it('the Debian package reads the settings of all people, as docs/install.md puts them there', async () => {
    const toml = /^### Okta\n+```toml\n([\s\S]*?)^```/m.exec(guide)?.[1] ?? ''
    await writeFile(join(chroot.directory, 'config.toml'), toml)
    for (const line of guide.match(/^sudo install .*ls-auth.*$/gm) ?? [])
      await chroot.asRoot('sh', '-c', `cd / && ${line.replace('sudo ', '')}`)
    const machine = await chroot.machine('/usr/bin/ls-auth')
    const { stdout } = await machine.run(['profile', 'show'])
    expect(stdout).toContain('/etc/ls-auth/config.toml')
    expect(stdout).toContain('https://acme.okta.com/oauth2/default')
    await chroot.asRoot('rm', '-r', '/etc/ls-auth')
  })

  it('the Debian package for arm64 has the same files, with native modules of that machine', () => {
    const list = (architecture: string) =>
      execFileSync('dpkg-deb', ['--contents', join(packages, `ls-auth_${version}_${architecture}.deb`)], {
        encoding: 'utf8',
      })
    const paths = (text: string) => [...text.matchAll(/ \.(\/\S+)/g)].map(([, path = '']) => path)
    expect(paths(list('arm64'))).toEqual(
      paths(list('amd64')).map((path) => path.replace('linux-x64', 'linux-arm64')),
    )
    expect(paths(list('arm64')).filter((path) => path.endsWith('.node'))).toHaveLength(2)
  })

  /** Types a line with npm beside the packages, for a prefix that is in the chroot. */
  async function typeNpm(line: string): Promise<void> {
    const env = { ...process.env, npm_config_prefix: join(chroot.directory, 'opt/npm') }
    execFileSync('sh', ['-euc', line], { cwd: packages, env, stdio: 'ignore' })
    await expectToWork('no D-Bus', '/usr/bin/env', '/opt/npm/bin/ls-auth')
    await chroot.asRoot('rm', '-r', '/opt/npm')
  }

  it('the npm package, installed with npm', () => typeNpm(lines('npm package')))

  it('the lines for Jamf and Intune install the npm package for all people, that for Ansible the Debian package', async () => {
    const [jamf = 'false', intune = 'false'] = [
      ...guide.matchAll(/`([^`\n]*npm install[^`\n]*)https:.*\/([^`\n]+)`/g),
    ].map(([, line, file]) => `${line}./${file}`)
    await typeNpm(jamf)
    const prefix = join(chroot.directory, 'opt/npm')
    await typeNpm(intune.replace('cmd /c ', 'npm_config_prefix= ').replace('%ProgramW6432%\\nodejs', prefix))
    const ansible = parse(/Ansible: `(.+)`/.exec(guide)?.[1] ?? '')
    expect(ansible).toEqual({ 'ansible.builtin.apt': { deb: `/srv/ls-auth_${version}_amd64.deb` } })
    expect(await readdir(packages)).toContain(`ls-auth_${version}_amd64.deb`)
  })

  it('the tarball for a machine with Node', async () => {
    await type('Tarball for a machine with Node.js', `ls-auth-${version}-node-linux-x64.tar.gz`)
    await expectToWork('no D-Bus', '/usr/bin/env', '/usr/local/bin/ls-auth')
    await chroot.asRoot('rm', '/usr/local/bin/ls-auth')
  })

  it('the Debian package goes without a trace', async () => {
    const [, purge = 'false'] = /^sudo (apt purge ls-auth) /m.exec(guide) ?? []
    await chroot.asRoot('sh', '-c', `${purge} -qq -y`)
    const left = await chroot.asRoot('find', '/usr', '/etc', '/var/lib', '-name', '*ls-auth*')
    expect(left).toBe('')
  })

  it('the files are not larger than the guide says, and not much smaller', async () => {
    const said = (row: string) => Number(new RegExp(`^\\| ${row}[^|]*\\| ([\\d.]+) MB`, 'm').exec(guide)?.[1])
    for (const [row, file] of [
      ['single executable', `ls-auth-${version}-linux-x64.tar.gz`],
      ['Debian package or tarball', `ls-auth-${version}-node-linux-x64.tar.gz`],
    ] as const) {
      const megabytes = (await stat(join(packages, file))).size / 1e6
      expect(megabytes, file).toBeLessThanOrEqual(said(row))
      expect(megabytes, file).toBeGreaterThan(said(row) * 0.8)
    }
  })

  it('the checksums fit', async () => {
    const sums = await readFile(join(packages, 'SHA256SUMS'), 'utf8')
    const others = (await readdir(packages)).filter((name) => name !== 'SHA256SUMS')
    expect(
      sums
        .trim()
        .split('\n')
        .map((line) => line.split('  ')[1]),
    ).toEqual(others.sort())
    execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: packages, stdio: 'ignore' })
  })
})
