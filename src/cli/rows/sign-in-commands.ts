import { DATA_SOURCE_FORMAT, PROXY_FORMATS } from '../../backends/data-source.ts'
import { OF_A_SESSION, OF_THE_API } from '../../frame/exit-statuses.ts'
import { API_SETTINGS } from '../../settings/setting-table.ts'
import { choice, collect, type Details, NARROW } from '../command.ts'

/** Commands to sign in, get a token and sign out. */
export const SIGN_IN_COMMANDS: Details = {
  login: {
    options: (command) =>
      command
        .option('--yes', 'accept the settings that the gateway publishes')
        .option('--device', 'confirm a code on any other device (device flow)')
        .option('--no-browser', 'print the address instead of opening a browser')
        .option('--paste', 'the browser is on another machine: paste the address it ends on')
        .option('--start', 'print the address or the code as JSON and return; for an agent that has a human')
        .option(
          '--finish [address]',
          'finish what --start began, with the address on which the browser ended',
        )
        .option('--login-hint <user>', 'who is going to sign in, such as an e-mail address')
        .option('--prompt <value>', 'what the provider must ask: login, consent, select_account or none')
        .option(
          '--acr <value>',
          'how you must sign in, as the provider names it (repeatable, best first)',
          collect,
        )
        .option('--max-age <duration>', 'sign in anew when the last time is longer ago (5m)')
        .option('--claims <json>', 'claims that the tokens must have, as an API asks for them'),
    settings: 'all',
    variables: ['LS_AUTH_CLIENT_SECRET_FILE'],
    exits: [3, 4, 6, 7, 8, 9, 11, 130],
    examples: [
      {
        does: 'the first time, where the API says the rest: it is shown, and asked about',
        line: 'ls-auth login https://traces.acme.example',
      },
      {
        does: 'the first time: the settings are kept in a profile',
        line: 'ls-auth login --issuer https://login.acme.example --client-id ls-auth-cli --profile work',
      },
      { does: 'from then on', line: 'ls-auth login' },
      { does: 'on a machine without a browser', line: 'ls-auth login --device' },
    ],
    load: async () => (await import('../../commands/sign-in/login.ts')).login,
  },
  logout: {
    options: (command) =>
      command
        .option('--all', 'every sign-in on this machine')
        .option('--browser', "open the provider's sign-out page too, which ends the session in the browser"),
    settings: ['issuer', 'client_id', 'account', 'store_key_file'],
    exits: [3, 6, 8, 9],
    examples: [
      { does: 'of the profile in use', line: 'ls-auth logout' },
      { does: 'of another profile', line: 'ls-auth logout --profile staging' },
      { does: 'before you give the machine away', line: 'ls-auth logout --all --browser' },
    ],
    load: async () => (await import('../../commands/sign-out/logout.ts')).logout,
  },
  token: {
    options: (command) =>
      command
        .option('--min-ttl <duration>', 'it must stay valid for at least this long (5m)')
        .option('--aud, --audience <name>', 'a token for another API')
        .option('--scope <name>', 'with these scopes only (repeatable)', collect)
        .option('--narrow', NARROW)
        .addOption(
          choice(
            '--format <form>',
            'how to print it: raw, as a header, or as kubectl, Bazel and curl -K read it',
            ['raw', 'header', 'json', 'headers', 'exec-credential', 'bazel', 'curl-config'],
          ),
        )
        .option('--header', 'the same as --format header')
        .option('--id-token', 'print the ID token instead of the access token'),
    settings: ['api', 'reason'],
    completes: [['get']],
    variables: ['LS_AUTH_TOKEN', 'LS_AUTH_CLIENT_SECRET_FILE'],
    exits: [...OF_A_SESSION, 4],
    examples: [
      {
        does: 'send a request as you',
        line: 'curl -H "$(ls-auth token --header)" https://traces.acme.example/',
      },
      { does: 'for a job that takes half an hour', line: 'ls-auth token --min-ttl 30m' },
      {
        does: 'the same, and the token is in no argument',
        line: 'ls-auth token --format curl-config | curl -K - https://traces.acme.example/',
      },
    ],
    load: async () => (await import('../../commands/token.ts')).token,
  },
  exec: {
    completes: ['programs'],
    options: (command) =>
      command
        .option('--proxy', 'no token for the command: its LS_AUTH_API is a local proxy that adds it')
        .option('--env <name>', 'the variable for the token (LS_AUTH_TOKEN)')
        .option('--min-ttl <duration>', 'the token must stay valid for at least this long (5m)')
        .option('--aud, --audience <name>', 'a token for another API')
        .option('--scope <name>', 'with these scopes only (repeatable)', collect)
        .option('--narrow', NARROW),
    settings: API_SETTINGS,
    failsWith: 125,
    variables: ['LS_AUTH_TOKEN'],
    exits: [125, 126, 127],
    examples: [
      { does: 'a script that calls ls-auth, in a container', line: 'ls-auth exec -- ./report.sh' },
      {
        does: 'another program, with the token in a variable of its own',
        line: 'ls-auth exec --env TRACES_TOKEN -- ./dashboard',
      },
      { does: 'a program that must not have a token', line: 'ls-auth exec --proxy -- ./agent' },
    ],
    load: async () => (await import('../../commands/exec.ts')).exec,
  },
  proxy: {
    options: (command) =>
      command
        .option('--socket <path>', 'listen on a Unix socket, in a directory that only you can open')
        .option('--port <number>', 'listen on this port of 127.0.0.1 (0: any), with a random secret')
        .addOption(choice('--print <format>', 'how to print where it listens (env)', PROXY_FORMATS))
        .option('--allow-write', 'let requests through that may change something')
        .option('--ttl <duration>', 'end after this time (8h)')
        .option('--idle <duration>', 'end after this time without a request (30m)'),
    settings: API_SETTINGS,
    variables: ['LS_AUTH_TOKEN'],
    exits: [...OF_A_SESSION, 130, 143],
    examples: [
      { does: 'for curl, over a socket', line: 'ls-auth proxy --socket ~/.ls-auth/traces.sock' },
      { does: 'on a port; the line it prints holds the secret', line: 'ls-auth proxy --port 0 --ttl 1h' },
      {
        does: 'as a data source of a UI',
        line: `ls-auth proxy --port 4711 --print ${DATA_SOURCE_FORMAT} > traces.yaml`,
      },
      {
        does: 'that goes on when the terminal is closed; nohup cannot keep it',
        line: 'setsid -f ls-auth proxy --socket ~/.ls-auth/traces.sock',
      },
    ],
    load: async () => (await import('../../commands/proxy/proxy.ts')).proxy,
  },
  api: {
    options: (command) =>
      command
        .option('-X, --method <method>', 'GET, or POST when there is a body')
        .option('-H, --header <line>', 'a header, "Name: value" (repeatable)', collect)
        .option('-f, --raw-field <key=value>', 'a text in the body (repeatable)', collect)
        .option('-F, --field <key=value>', 'the same; true, null, 5 and @file are read (repeatable)', collect)
        .option('--input <file>', 'the body is the content of a file, or of standard input (-)')
        .option('-i, --include', 'print status and headers before the body'),
    settings: API_SETTINGS,
    variables: ['LS_AUTH_TOKEN'],
    exits: OF_THE_API,
    examples: [
      { does: 'a path of the API', line: 'ls-auth api /api/search/tags' },
      { does: 'with a query', line: 'ls-auth api -X GET /api/search -f limit=5 -f q={}' },
      {
        does: 'a body from a file',
        line: 'ls-auth api /projects/prod/telemetry/query_timeseries --input query.json',
      },
    ],
    load: async () => (await import('../../commands/api.ts')).api,
  },
}
