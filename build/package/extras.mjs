// @ts-check
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'

/** Where Debian's shells look for completion scripts that come with a package. */
const COMPLETIONS = [
  { shell: 'bash', place: 'usr/share/bash-completion/completions/ls-auth' },
  { shell: 'zsh', place: 'usr/share/zsh/vendor-completions/_ls-auth' },
  { shell: 'fish', place: 'usr/share/fish/vendor_completions.d/ls-auth.fish' },
]

/** The completion scripts of the built program by their place in a file system; none if it has no such command. */
export function completions() {
  return COMPLETIONS.flatMap(({ shell, place }) => {
    const { status, stdout } = spawnSync(process.execPath, ['bin/ls-auth.js', 'completion', shell])
    return status === 0 ? [{ place, content: stdout }] : []
  })
}

/** The man pages of man/, by name (`ls-auth-login.1`); none if there is no such directory. */
export async function manPages() {
  if (!existsSync('man')) return []
  const names = (await readdir('man', { recursive: true })).filter((name) => /\.[1-8]$/.test(name)).sort()
  return Promise.all(names.map(async (name) => ({ name, content: await readFile(`man/${name}`) })))
}
