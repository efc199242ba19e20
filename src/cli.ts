import { Command, CommanderError, Option } from 'commander'
import type { Invocation } from './commands/invocation.ts'
import { Failure } from './errors.ts'
import type { Ports } from './ports.ts'
import { report } from './report.ts'
import { logRequests } from './request-log.ts'
import { safeText } from './safe-text.ts'
import { SETTING_TABLE, type SettingName, typedFlag } from './settings/keys.ts'

/** Runs one command line on the given machine; resolves to the exit status. Never throws, never exits. */
export async function run(argv: readonly string[], ports: Ports): Promise<number> {
  const output: string[] = []
  const program = commandTree(ports, (text) => output.push(text))
  try {
    refuseTokens(argv)
    await program.parseAsync([...argv], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      return await ports.terminal.out(output.join('')).then(
        () => 0,
        (failure) => report(failure, argv, ports),
      )
    }
    return await report(error instanceof CommanderError ? misuse(error, program, argv) : error, argv, ports)
  }
}

/** What commander has against a command line, with the help of the command that was meant. */
function misuse(error: CommanderError, program: Command, argv: readonly string[]): Failure {
  const typed = ['ls-auth']
  let at: Command | undefined = program
  for (const word of argv) {
    at = at.commands.find((command) => command.name() === word)
    if (!at) break
    typed.push(word)
  }
  const [message = '', ...more] = error.message.replace(/^error: /, '').split('\n')
  return new Failure('usage', error.code === 'commander.help' ? 'no command was given' : message, {
    hint: `See: ${typed.join(' ')} --help`,
    detail: error.code === 'commander.help' ? [] : more.filter(Boolean),
  })
}

/** A command line is visible to every user of the machine and stays in the shell's history. */
function refuseTokens(argv: readonly string[]): void {
  if (!argv.some((word) => /(^|[=\s])eyJ[\w-]+\.[\w-]+\./.test(word))) return
  throw new Failure('usage', 'a token does not belong on the command line, where others can read it', {
    hint: 'Pass it on standard input: ls-auth whoami --token -',
  })
}

type Action = (invocation: Invocation) => Promise<void>

function commandTree(ports: Ports, write: (text: string) => void): Command {
  const program = new Command('ls-auth')
    .description('Identity-based access to distributed traces from the terminal')
    .version(ports.env.version, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .exitOverride()
    .configureOutput({
      writeOut: write,
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(ports.terminal.columns, 100),
    })
    .option('--profile <name>', 'profile to use (LS_AUTH_PROFILE)')
    .option('--json', 'one JSON value on stdout; errors as JSON on stderr')
    .option('--quiet', 'no talk on stderr, only warnings and errors')
    .option('--debug', 'show each request, redacted, on stderr')
    .addOption(new Option('--color <when>', 'colour').choices(['auto', 'always', 'never']).default('auto'))
    .option('--timeout <seconds>', 'bound on one network request', positiveNumber)
  const act = (command: Command, load: () => Promise<Action>) =>
    command.action(async (...all: unknown[]) => {
      await (await load())(prepare(all[all.length - 1] as Command, ports))
    })
  signInCommands(program, act)
  claimCommands(program, act)
  traceCommands(program, act)
  doctorCommand(program, act)
  profileCommands(program, act)
  return program
}

type Act = (command: Command, load: () => Promise<Action>) => void

function signInCommands(program: Command, act: Act): void {
  const login = program
    .command('login')
    .description('sign in with your identity provider')
    .option('--device', 'device flow: confirm a code on any device')
    .option('--no-browser', 'print the address instead of opening a browser')
    .option('--paste', 'paste the redirect address by hand (browser on another machine)')
    .option('--login-hint <user>', 'who is going to sign in')
    .option('--prompt <value>', 'login, consent, select_account or none')
  withSettings(login)
  act(login, async () => (await import('./commands/login.ts')).login)
  act(
    program
      .command('logout')
      .description('forget the session here and revoke it at the provider')
      .option('--all', 'every sign-in on this machine'),
    async () => (await import('./commands/logout.ts')).logout,
  )
  act(
    withSettings(program.command('token'), ['api'])
      .description('print a valid token and nothing else')
      .option('--min-ttl <duration>', 'it must live at least this long (5m)')
      .option('--aud, --audience <name>', 'for another API')
      .option('--scope <name>', 'with these scopes only (repeatable)', collect)
      .option('--header', 'print it as an Authorization header')
      .option('--id-token', 'the ID token instead of the access token'),
    async () => (await import('./commands/token.ts')).token,
  )
}

function claimCommands(program: Command, act: Act): void {
  act(
    program
      .command('whoami')
      .description('show who you are: the claims of your tokens')
      .option('--verify', 'check signatures with the provider’s current keys')
      .option('--raw', 'print header and payload as they are')
      .addOption(new Option('--token <source>', 'read any token: - for standard input').choices(['-'])),
    async () => (await import('./commands/whoami.ts')).whoami,
  )
  act(
    program
      .command('check')
      .description('assert claims: exit 0 when all hold, 5 when one is false or unknown')
      .option('--iss, --issuer <url>', 'issued by (repeatable: one of)', collect)
      .option('--aud, --audience <name>', 'for this audience (repeatable: one of)', collect)
      .option('--scope <name>', 'carries this scope (repeatable: all of)', collect)
      .option('--group <name>', 'member of this group (repeatable: all of)', collect)
      .option('--role <name>', 'has this role (repeatable: all of)', collect)
      .option('--client <id>', 'issued to this client (repeatable: one of)', collect)
      .option('--sub <id>', 'about this subject; * stands for any text')
      .option('--claim <assertion>', "any claim: 'path operator value' (repeatable)", collect)
      .option('--acr <value>', 'authentication context')
      .option('--amr <value>', 'authentication method (repeatable: all of)', collect)
      .option('--max-age <duration>', 'signed in no longer ago than this')
      .option('--min-ttl <duration>', 'lives at least this long')
      .option('--max-lifetime <duration>', 'was issued for no longer than this')
      .option('--offline', 'no network: signatures stay unknown unless keys are cached')
      .addOption(new Option('--use <kind>', 'which token').choices(['id', 'access']))
      .addOption(new Option('--token <source>', 'read any token: - for standard input').choices(['-'])),
    async () => (await import('./commands/check.ts')).check,
  )
}

function doctorCommand(program: Command, act: Act): void {
  act(
    program
      .command('doctor')
      .description('check the whole path, and say what to do about each failure')
      .option('--bundle <file>', 'also write a report for a ticket (no secrets in it)'),
    async () => (await import('./commands/doctor.ts')).doctor,
  )
}

function traceCommands(program: Command, act: Act): void {
  const trace = program.command('trace').description('read traces')
  const formats = ['waterfall', 'json', 'ndjson', 'otlp', 'jaeger', 'csv', 'md']
  act(
    withSettings(trace.command('get <id>'), ['api', 'organization', 'project'])
      .description(
        'one trace: ID is a trace or span id in any form, a traceparent, a UI address, a file, or -',
      )
      .addOption(new Option('-o, --output <format>', 'how to write it').choices(formats))
      .option('--errors', 'only failed spans (a tree keeps what is above them)')
      .option('--service <name>', 'only spans of this service')
      .option('--attr <key=value>', 'only spans with this attribute (repeatable: all of)', collect)
      .option('--min <duration>', 'only spans that took at least this long (5ms)')
      .option('--depth <levels>', 'only so many levels from the top')
      .option('--span <id>', 'only this span and what is below it')
      .option('--from <time>', 'only from this moment on: 120ms on the axis, or a time (RFC 3339)')
      .option('--to <time>', 'only up to this moment')
      .option('--trace <id>', 'which trace of a file that holds several')
      .option('--unfold', 'show every span, also repeated siblings')
      .addOption(
        new Option(
          '--scale <kind>',
          'the axis: linear clips long tails, fit shows them, critical only the root',
        ).choices(['linear', 'log', 'fit', 'critical']),
      )
      .option('--skew', 'move spans that the clocks of their hosts put outside their parents')
      .option('--no-bars', 'the tree without bars')
      .option('--plain', 'indented text without drawing characters, for screen readers and grep')
      .option('--show-sensitive', 'do not mask what looks like secrets or personal data'),
    async () => (await import('./commands/trace-get.ts')).traceGet,
  )
  searchCommands(program, trace, act)
}

function searchCommands(program: Command, trace: Command, act: Act): void {
  act(
    withSettings(trace.command('search'), ['api', 'organization', 'project'])
      .description('find traces with a span that fits (Tempo, Jaeger)')
      .option('--service <name>', 'a span of this service')
      .option('--name <name>', 'a span of exactly this name')
      .option('--attr <key=value>', 'with this attribute (repeatable: all of)', collect)
      .option('--min <duration>', 'that took at least this long (alone: the whole trace)')
      .option('--max <duration>', 'that took at most this long (alone: the whole trace)')
      .option('--error', 'that failed')
      .option('--query <text>', 'in the back end’s own language instead (TraceQL)')
      .option('--since <duration>', 'how far back (1h when not given)')
      .option('--from <time>', 'from this time on (RFC 3339)')
      .option('--to <time>', 'up to this time')
      .option('--limit <count>', 'at most so many traces (20 when not given)')
      .option('--show-sensitive', 'do not mask what looks like secrets or personal data')
      .addOption(
        new Option('-o, --output <format>', 'list, json or ndjson').choices(['list', 'json', 'ndjson']),
      ),
    async () => (await import('./commands/trace-search.ts')).traceSearch,
  )
  act(
    withSettings(program.command('services'), ['api', 'organization', 'project'])
      .description('the services that report spans')
      .addOption(
        new Option('-o, --output <format>', 'list, json or ndjson').choices(['list', 'json', 'ndjson']),
      ),
    async () => (await import('./commands/services.ts')).services,
  )
}

function profileCommands(program: Command, act: Act): void {
  const profile = program.command('profile').description('settings for an identity provider and a trace API')
  const load = (name: 'add' | 'list' | 'show' | 'use' | 'remove') => async () =>
    (await import('./commands/profile.ts'))[name]
  const add = profile
    .command('add <name>')
    .description('make a profile')
    .option('--from <file>', 'from a file that a team shares; asks before it is kept')
    .option('--yes', 'do not ask')
  act(withSettings(add), load('add'))
  act(profile.command('list').description('all profiles'), load('list'))
  act(profile.command('show [name]').description('every setting and where it comes from'), load('show'))
  act(profile.command('use <name>').description('make it the default'), load('use'))
  act(
    profile.command('export <name>').description('print it as TOML, for a team to import'),
    async () => (await import('./commands/profile-transfer.ts')).exportProfile,
  )
  act(profile.command('remove <name>').description('sign out of it and remove it'), load('remove'))
}

/** Which of a command's options are settings: `check --audience` is an assertion, `login --audience` is not. */
const settingFlags = new WeakMap<Command, readonly string[]>()

/** The settings that can be given as flags (all, or those named), from the table of settings. */
function withSettings(command: Command, only?: readonly SettingName[]): Command {
  const rows = SETTING_TABLE.filter(
    ({ key, flag }) => flag !== undefined && (only?.includes(key as SettingName) ?? true),
  )
  settingFlags.set(
    command,
    rows.map(({ flag }) => flag as string),
  )
  for (const { shape, flag, help, variable } of rows) {
    if (flag === undefined) continue
    const option = new Option(
      `${typedFlag(flag)} <value>`,
      `${help ?? ''}${variable ? ` (${variable})` : ''}`,
    )
    if (shape === 'words' || shape === 'ports') option.argParser(collect)
    command.addOption(option)
  }
  return command
}

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value]

function positiveNumber(value: string): number {
  const seconds = Number(value)
  if (Number.isFinite(seconds) && seconds > 0 && seconds <= 86_400) return seconds
  throw new Failure('usage', `--timeout: "${safeText(value, 40)}" is not a number of seconds`)
}

function prepare(command: Command, ports: Ports): Invocation {
  const options = command.optsWithGlobals() as Record<string, unknown>
  const names: string[] = []
  for (let at: Command | null = command; at?.parent; at = at.parent) names.unshift(at.name())
  ports.terminal.setColor(options.color as 'auto' | 'always' | 'never')
  if (ports.env.variables.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    throw new Failure('refused', 'NODE_TLS_REJECT_UNAUTHORIZED=0 switches certificate checks off', {
      hint: 'Unset it. For a company CA set ca_file in the profile, or NODE_EXTRA_CA_CERTS.',
    })
  }
  return {
    ports: options.debug === true ? logRequests(ports) : ports,
    command: names.join(' '),
    args: command.args,
    options,
    settings: Object.fromEntries(
      (settingFlags.get(command) ?? []).map((flag) => [flag, options[flag] as string]),
    ),
  }
}
