import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BINARY, type Machine, openMachine } from '../../world/machine.ts'
import { needs } from '../../world/needs.ts'
import { toOtlpDocument } from '../../world/trace/otlp.ts'
import { makeTrace, type TraceData } from '../../world/trace-data.ts'

const canTry = needs({ commands: ['script', 'less'], packages: ['bsdutils', 'less'] })

let machine: Machine
beforeAll(async () => {
  machine = await openMachine()
  const trace = makeTrace({ seed: 5, spans: 4000 })
  await writeFile(join(machine.home, 'short.json'), otlp({ ...trace, spans: trace.spans.slice(0, 1) }))
  await writeFile(join(machine.home, 'long.json'), otlp(trace))
})
afterAll(() => machine.close())

const otlp = (trace: TraceData) => JSON.stringify(toOtlpDocument([trace], 'hex'))

/** A line typed into a terminal of 24 lines and 80 columns; `ls-auth` is the built program. */
async function typed(line: string, env: Record<string, string | undefined> = {}) {
  const shell = `stty rows 24 cols 80; ls-auth() { "${process.execPath}" "${BINARY}" "$@"; }; cd "${machine.home}"; ${line}; echo "exit $?"`
  const running = machine.command('script', ['-qfec', `bash -c '${shell}'`, '/dev/null'], {
    env: { TERM: 'xterm-256color', ...env },
    stdin: null,
  })
  const { stdout } = await running.ended
  return stdout.replaceAll('\r\n', '\n')
}

/** A pager that marks each line it was given. */
const MARKING = `sed -e "s/^/> /"`

describe.skipIf(!canTry)('output that is longer than the screen', () => {
  it('goes through the pager, in colour', async () => {
    const shown = await typed('ls-auth trace get long.json --unfold', { PAGER: MARKING })
    expect(shown).toMatch(/^> .*trace [0-9a-f]{32}/m)
    expect(shown).toContain('\x1b[')
    expect(shown.split('\n').filter((line) => line.startsWith('> ')).length).toBeGreaterThan(4000)
    expect(shown).toMatch(/exit 0\n$/)
  })

  it.each([
    ['--no-pager', 'ls-auth --no-pager trace get long.json', { PAGER: MARKING }],
    ['PAGER=cat', 'ls-auth trace get long.json', { PAGER: 'cat' }],
    ['an empty PAGER', 'ls-auth trace get long.json', { PAGER: '' }],
    ['a pager that does not exist', 'ls-auth trace get long.json', { PAGER: 'no-such-pager -R' }],
    ['a dumb terminal', 'ls-auth trace get long.json', { PAGER: MARKING, TERM: 'dumb' }],
    ['a pipe', 'ls-auth trace get long.json | cat', { PAGER: MARKING }],
    ['a short trace', 'ls-auth trace get short.json', { PAGER: MARKING }],
    ['a terminal without a size', 'stty rows 0 cols 0; ls-auth trace get short.json', { PAGER: MARKING }],
  ])('%s: plainly, and once', async (_, line, env) => {
    const shown = await typed(line, env)
    expect(shown).not.toMatch(/^> /m)
    expect(shown.match(/trace [0-9a-f]{32}/g)?.length).toBe(1)
    expect(shown).not.toMatch(/error:/)
    expect(shown).toMatch(/exit 0\n$/)
  })

  it('less is asked to show colours and to end by itself, and gets no token', async () => {
    const pager = join(machine.home, 'pager')
    await writeFile(pager, `#!/bin/sh\nenv > "${machine.home}/env"\nexec cat > "${machine.home}/given"\n`)
    await chmod(pager, 0o755)
    const env = { PAGER: pager, LANG: undefined, LS_AUTH_TOKEN: 'opaque-token' }
    await typed('ls-auth trace get long.json', env)
    const told = await readFile(join(machine.home, 'env'), 'utf8')
    expect(told).toMatch(/^LESS=FRX$/m)
    expect(told).toMatch(/^LESSCHARSET=utf-8$/m)
    expect(told).not.toContain('LS_AUTH_')
    await typed('ls-auth trace get long.json', { ...env, LESS: '-S' })
    expect(await readFile(join(machine.home, 'env'), 'utf8')).toMatch(/^LESS=-S$/m)
  })

  it('Ctrl-C is the pager’s', async () => {
    const pager = join(machine.home, 'patient')
    await writeFile(
      pager,
      `#!/bin/sh\ntrap 'echo "pager: interrupted"' INT\ncat > /dev/null\nkill -INT 0\nsleep 0.3\necho "pager: left"\n`,
    )
    await chmod(pager, 0o755)
    const shown = await typed('trap : INT; ls-auth trace get long.json', { PAGER: pager })
    expect(shown).toMatch(/pager: interrupted\npager: left\n/)
    expect(shown).toMatch(/exit 0\n$/)
  })
})
