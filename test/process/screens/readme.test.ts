import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { makePlayDirectory, type PlayDirectory } from '../../play/directory.ts'
import { ANY_PORTS, type PlayWorld, startPlayWorld } from '../../play/world.ts'
import { drawPicture, PICTURE } from '../../readme/picture.ts'
import { isAsShown, linesUnder, sessionsIn, sessionsUnder, shapeOf } from '../../readme/sessions.ts'
import { browse } from '../../world/browser.ts'
import { needs } from '../../world/needs.ts'
import { openTerminal, type Terminal } from '../../world/terminal.ts'

const README = readFileSync('README.md', 'utf8')
const NAME = '.build/readme-test'

test('the picture is what the program draws, but for the time of the trace', async () => {
  const time = /\d{4}-\d\d-\d\dT[\d:.]+Z/
  const picture = (await drawPicture()).replace(time, 'TIME')
  expect(readFileSync(PICTURE, 'utf8').replace(time, 'TIME'), 'npm run picture makes it anew').toBe(picture)
})

describe.skipIf(!needs({ commands: ['tmux'], packages: ['tmux'] }))(
  'the README, typed in a terminal of 80 columns',
  () => {
    let world: PlayWorld
    let directory: PlayDirectory
    let terminal: Terminal

    beforeAll(async () => {
      world = await startPlayWorld(ANY_PORTS)
      directory = await makePlayDirectory(world, NAME)
      // A display, as a person at a desk has one. What would open a browser on it is not there.
      // A pager would wait for a key.
      terminal = await openTerminal(80, {
        DISPLAY: ':0',
        LANG: 'C.UTF-8',
        TERM: 'xterm-256color',
        PAGER: 'cat',
      })
    })

    afterAll(async () => {
      terminal?.close()
      await Promise.all([world.close(), directory.remove()])
    })

    /** Types a line; Alice answers the address that a sign-in shows. Addresses come back as the README has them. */
    async function type(line: string): Promise<string> {
      let signsIn = false
      const meanwhile = (shown: string) => {
        const url = /^ {2}(http:\/\/127\.0\.0\.1:\d+\/callback\/start\/\S+)$/m.exec(shown)?.[1]
        if (url === undefined || signsIn) return
        signsIn = true
        browse(url, { user: 'alice' }).catch(() => {})
      }
      const shown = await terminal.type(line, { meanwhile })
      return (
        shown
          .replaceAll(world.issuer, 'http://127.0.0.1:9400')
          .replaceAll(world.gateway, 'http://127.0.0.1:9401')
          // The next ones are taken where another sign-in waits.
          .replace(/:[12]8765\/callback/, ':8765/callback')
      )
    }

    const page = sessionsUnder('Try it', README)

    it.each(['login', 'whoami', 'check', 'trace get', 'trace search', 'logout'])('shows %s', (command) => {
      expect(page.map(({ line }) => line).join('\n')).toContain(` ${command}`)
    })

    it.each(page)('$line', async ({ line, output }) => {
      const said = await type(line.replace('.play/env', `${NAME}/env`))
      if (!isAsShown(said, output)) expect(said).toBe(output)
    })

    it('signed in again, for the pages below', async () => {
      expect(await type('ls-auth login')).toContain('Signed in as alice@example.test.')
    })

    const PAGES = ['agents', 'analysis', 'back-ends', 'ci', 'install', 'many-traces', 'settings']
    it.each(
      PAGES.flatMap((name) =>
        sessionsIn(readFileSync(`docs/${name}.md`, 'utf8')).map((typed) => ({ name, ...typed })),
      ),
    )('$name: $line', async ({ line, output }) => {
      const said = shapeOf(await type(line))
      if (!isAsShown(said, shapeOf(output))) expect(said).toBe(shapeOf(output))
    })

    it('a Jaeger of your own: the line as it is, with or without profiles', async () => {
      const [, line = ''] = linesUnder('Your own back end', README)
      const own = line.replace('localhost:16686', new URL(world.jaeger).host).replace(/ +#.*/, '')
      expect(own).not.toBe(line)
      expect(await type(`XDG_CONFIG_HOME=/nonexistent ${own}`)).toMatch(/^\d+ traces/)
      expect(await type(`${own} --authorization none`)).toMatch(/^\d+ traces/)
    })

    it('in CI: the lines as they are, with the token of a job', async () => {
      const lines = linesUnder('For scripts and CI', README)
      expect(lines).toHaveLength(5)
      expect(await type('ls-auth login')).toContain('Signed in')
      const token = lines[0]?.replace(/=….*/, '=$(ls-auth token)') as string
      const rest = lines
        .slice(1)
        .map((line) => line.replace('https://traces-gw.acme.example', world.gateway))
        .map((line) => line.replace('https://acme.okta.com/oauth2/default', world.issuer))
      const script = [token, 'export XDG_CONFIG_HOME=/nonexistent XDG_STATE_HOME=/nonexistent', ...rest].join(
        '; ',
      )
      const said = await type(`(set -e; ${script} | head -c 300; echo; echo well)`)
      expect(said).toMatch(/pass {5}audience/)
      expect(said).toContain('"traces"')
      expect(said).toMatch(/well$/)
    })
  },
)
