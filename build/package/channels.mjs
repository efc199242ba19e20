// @ts-check
// `node build/package/channels.mjs DIRECTORY` writes what other channels need to know of the packages there: a Homebrew formula,
// a Scoop manifest (where the executable for Windows is among them) and the entry of the MCP registry.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { publishedManifest, repository } from './published.mjs'

/**
 * The files by their names, from the text of SHA256SUMS.
 *
 * @param {string} sums
 * @returns {Promise<Record<string, string>>}
 */
export async function channels(sums) {
  const { name, version, license, mcpName } = await publishedManifest()
  const home = repository()
  if (home === undefined) return {}
  const download = `${home.url}/releases/download/v${version}`
  const sumOf = (/** @type {string} */ file) =>
    sums
      .split('\n')
      .find((line) => line.endsWith(`  ${file}`))
      ?.split('  ')[0]
  const [tarball, windows] = [`${name}-${version}.tgz`, `${name}-${version}-win32-x64`]
  const description = 'Read distributed traces as yourself, signed in with your identity provider'
  const formula = `class LsAuth < Formula
  desc "${description}"
  homepage "${home.url}"
  url "${download}/${tarball}"
  sha256 "${sumOf(tarball)}"
  license "${license}"

  depends_on "node"

  def install
    system "npm", "install", *std_npm_args
    bin.install_symlink libexec.glob("bin/*")
    man1.install_symlink libexec.glob("lib/node_modules/${name}/man/*.1")
    generate_completions_from_executable(bin/"${name}", "completion")
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/${name} --version")
  end
end
`
  const scoop = {
    version,
    description: `${description}.`,
    homepage: home.url,
    license,
    architecture: { '64bit': { url: `${download}/${windows}.tar.gz`, hash: sumOf(`${windows}.tar.gz`) } },
    extract_dir: windows,
    bin: `${name}.exe`,
    checkver: { github: home.url },
    autoupdate: {
      architecture: {
        '64bit': {
          url: `${download.replace(version, '$version')}/${windows.replace(version, '$version')}.tar.gz`,
        },
      },
      extract_dir: windows.replace(version, '$version'),
      hash: { url: '$baseurl/SHA256SUMS' },
    },
  }
  const server = {
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: mcpName,
    title: name,
    description,
    version,
    repository: { url: home.url, source: 'github' },
    websiteUrl: home.url,
    packages: [
      {
        registryType: 'npm',
        registryBaseUrl: 'https://registry.npmjs.org',
        identifier: name,
        version,
        runtimeHint: 'npx',
        transport: { type: 'stdio' },
        packageArguments: [{ type: 'positional', value: 'mcp' }],
      },
    ],
  }
  const json = (/** @type {unknown} */ value) => `${JSON.stringify(value, null, 2)}\n`
  return {
    [`${name}.rb`]: formula,
    ...(sumOf(`${windows}.tar.gz`) && { [`${name}.json`]: json(scoop) }),
    'server.json': json(server),
  }
}

const [, self = '', directory = 'packages'] = process.argv
if (import.meta.url === pathToFileURL(self).href) {
  const files = await channels(await readFile(join(directory, 'SHA256SUMS'), 'utf8'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
  process.stdout.write(`${Object.keys(files).join(' ') || 'none: this clone has no origin'}\n`)
}
