import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import SKILL from '../../docs/SKILL.md'
import { Failure } from '../errors.ts'
import { bool, choice } from '../frame/flag.ts'
import { verb } from '../frame/verb.ts'
import { writeAtomically } from '../storage/atomic-write.ts'
import { safeText } from '../text/safe-text.ts'

/** Where agents look for skills of a person, below the home directory. */
const PLACES = {
  claude: ['.claude', 'skills'],
  codex: ['.codex', 'skills'],
} as const

const MARK = /<!-- ls-auth skill ([\da-f]{16}) -->\n$/
const markOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)
/** A text whose mark fits has not been edited since we wrote it. */
const marked = (text: string): string => `${text}\n<!-- ls-auth skill ${markOf(text)} -->\n`

const isOurs = (text: string): boolean => {
  const mark = MARK.exec(text)
  return mark !== null && markOf(text.slice(0, mark.index - 1)) === mark[1]
}

/** `ls-auth skill`: what an agent should know, on stdout, or where that agent reads it. */
export const skill = verb({
  summary: 'print what an agent should know about ls-auth (SKILL.md), or install it',
  flags: {
    install: choice('<agent>', 'write it where this agent reads skills', ['claude', 'codex']),
    force: bool('with --install: replace a file that you or another program wrote'),
  },
  formats: [],
  examples: [
    { does: 'print it', line: 'ls-auth skill' },
    { does: 'for Claude Code', line: 'ls-auth skill --install claude' },
  ],
  async run({ ports }, { install, force }) {
    const { env, terminal } = ports
    if (install === undefined && force)
      throw new Failure('usage', '--force is for --install', { hint: 'Add --install claude or codex.' })
    if (install === undefined) {
      await terminal.out(SKILL)
      return undefined
    }
    const files = await ports.files()
    const path = join(env.homeDirectory, ...PLACES[install], 'ls-auth', 'SKILL.md')
    terminal.err(`${safeText(path, 400)}\n`)
    try {
      const before = await files.read(path)
      if (before !== undefined && !force && !isOurs(before.toString('utf8')))
        throw new Failure('usage', 'the file there is not ours, or was changed', {
          hint: 'Move it away, or replace it: add --force',
        })
      await files.makeDirectory(dirname(path))
      await writeAtomically(path, Buffer.from(marked(SKILL)), files, env.pid)
    } catch (error) {
      if (error instanceof Failure) throw error
      const { code = 'error' } = error as NodeJS.ErrnoException
      throw new Failure('storage', `cannot write the skill (${code})`, {
        hint: 'Check that you may write there.',
        cause: error,
      })
    }
    terminal.err(`Installed. A new session of ${install} reads it.\n`)
    return undefined
  },
})
