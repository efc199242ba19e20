import { DATA_SOURCE_FORMAT, PROXY_FORMATS, PROXY_ROUTES } from '../../backends/data-source.ts'
import type { OpenMcpDoor } from '../../commands/proxy/open-proxy.ts'
import { NARROW } from '../../commands/typed-flags.ts'
import { OF_A_SESSION, OF_THE_API } from '../../frame/exit-statuses.ts'
import { API_SETTINGS } from '../../settings/setting-table.ts'
import { choice, collect, type Details } from '../command.ts'

const openMcp: OpenMcpDoor = async (...asked) =>
  (await import('../../mcp/connect/http-door.ts')).openMcpDoor(...asked)

/** Commands to sign in, get a token and sign out. */
export const SIGN_IN_COMMANDS: Details = {
  login: {
    options: (command) =>
      command
        .option('--yes', 'accept the settings that the gateway publishes')
        .option('--device', 'confirm a code on another device (device flow)')
        .option('--no-browser', 'print the address instead of opening a browser')
        .option('--paste', 'browser on another machine: paste the address it ends up at')
        .option('--start', 'print the address or the code as JSON and return; for an agent that has a human')
        .option(
          '--finish [address]',
          'finish what --start began, with the address on which the browser ended',
        )
        .option('--login-hint <user>', 'account to sign in with, such as an e-mail address')
        .option('--prompt <value>', 'prompt to require: login, consent, select_account or none')
        .option(
          '--acr <value>',
          "required sign-in level, in the provider's terms (repeatable, best first)",
          collect,
        )
        .option('--max-age <duration>', 'sign in again if your last sign-in is older (5m)')
        .option('--claims <json>', 'claims to request, as an API demands them'),
    settings: 'all',
    variables: ['LS_AUTH_CLIENT_SECRET_FILE'],
    exits: [3, 4, 6, 7, 8, 9, 11, 130],
    examples: [
      {
        does: "the first time; shows the gateway's settings and asks",
        line: 'ls-auth login https://traces.acme.example',
      },
      {
        does: 'the first time, with your own settings',
        line: 'ls-auth login --issuer https://login.acme.example --client-id ls-auth-cli --profile work',
      },
      { does: 'after that', line: 'ls-auth login' },
      { does: 'on a machine without a browser', line: 'ls-auth login --device' },
    ],
    load: async () => (await import('../../commands/sign-in/login.ts')).login,
  },
  logout: {
    options: (command) =>
      command
        .option('--all', 'every sign-in on this machine')
        .option('--browser', "also open the provider's sign-out page to end the browser session"),
    settings: ['issuer', 'client_id', 'account', 'store_key_file'],
    exits: [3, 6, 8, 9],
    examples: [
      { does: 'the current profile', line: 'ls-auth logout' },
      { does: 'another profile', line: 'ls-auth logout --profile staging' },
      { does: 'before you hand over the machine', line: 'ls-auth logout --all --browser' },
    ],
    load: async () => (await import('../../commands/sign-out/logout.ts')).logout,
  },
  token: {
    options: (command) =>
      command
        .option('--min-ttl <duration>', 'minimum time left (5m)')
        .option('--aud, --audience <name>', 'token for another API')
        .option('--scope <name>', 'only these scopes (repeatable)', collect)
        .option('--narrow', NARROW)
        .addOption(
          choice('--format <form>', 'output: raw, header, or a format for kubectl, Bazel, curl -K', [
            'raw',
            'header',
            'json',
            'headers',
            'exec-credential',
            'bazel',
            'curl-config',
          ]),
        )
        .option('--header', 'same as --format header')
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
      { does: 'for a job that takes 30 minutes', line: 'ls-auth token --min-ttl 30m' },
      {
        does: 'the same, without the token in an argument',
        line: 'ls-auth token --format curl-config | curl -K - https://traces.acme.example/',
      },
    ],
    load: async () => (await import('../../commands/token.ts')).token,
  },
  exec: {
    completes: ['programs'],
    options: (command) =>
      command
        .option('--proxy', 'give the command no token; its LS_AUTH_API is a proxy that adds it')
        .option(
          '--mcp',
          'of --proxy: LS_AUTH_API is the MCP server of the profile, and only its tools that read',
        )
        .option('--env <name>', 'variable for the token (LS_AUTH_TOKEN)')
        .option('--min-ttl <duration>', 'minimum time left on the token (5m)')
        .option('--aud, --audience <name>', 'token for another API')
        .option('--scope <name>', 'only these scopes (repeatable)', collect)
        .option('--narrow', NARROW),
    settings: API_SETTINGS,
    failsWith: 125,
    variables: ['LS_AUTH_TOKEN'],
    exits: [125, 126, 127],
    examples: [
      { does: 'a script that calls ls-auth, in a container', line: 'ls-auth exec -- ./report.sh' },
      {
        does: 'another program, with its own variable',
        line: 'ls-auth exec --env TRACES_TOKEN -- ./dashboard',
      },
      { does: 'a program that must not have a token', line: 'ls-auth exec --proxy -- ./agent' },
    ],
    load: async () => (await import('../../commands/exec.ts')).execWith(openMcp),
  },
  proxy: {
    options: (command) =>
      command
        .option('--socket <path>', 'listen on a Unix socket, in your own private directory')
        .option('--port <number>', 'listen on this port of 127.0.0.1 (0: any), with a random secret')
        .addOption(choice('--print <format>', 'how to print the address (env)', PROXY_FORMATS))
        .option('--mcp', 'serve the MCP server of the profile, and only its tools that read')
        .option('--allow-tool <name>', 'of --mcp: this tool, too (repeatable)', collect)
        .addOption(choice('--routes <name>', 'the read requests of a UI in place of the API', PROXY_ROUTES))
        .option('--allow-write', 'allow requests, or with --mcp tools, that may change data')
        .option('--ttl <duration>', 'stop after this time (8h)')
        .option('--idle <duration>', 'stop after this time without a request (30m)'),
    settings: API_SETTINGS,
    variables: ['LS_AUTH_TOKEN'],
    exits: [...OF_A_SESSION, 130, 143],
    examples: [
      { does: 'for curl, over a socket', line: 'ls-auth proxy --socket ~/.ls-auth/traces.sock' },
      { does: 'on a port; prints an address with a secret', line: 'ls-auth proxy --port 0 --ttl 1h' },
      {
        does: 'as a data source of a UI',
        line: `ls-auth proxy --port 4711 --print ${DATA_SOURCE_FORMAT} > traces.yaml`,
      },
      {
        does: 'keep it running after you close the terminal',
        line: 'setsid -f ls-auth proxy --socket ~/.ls-auth/traces.sock',
      },
    ],
    load: async () => (await import('../../commands/proxy/proxy.ts')).proxyWith(openMcp),
  },
  api: {
    options: (command) =>
      command
        .option('-X, --method <method>', 'method (GET, or POST with a body)')
        .option('-H, --header <line>', 'header, "Name: value" (repeatable)', collect)
        .option('-f, --raw-field <key=value>', 'text field of the body (repeatable)', collect)
        .option('-F, --field <key=value>', 'typed field: true, null, 5 or @file (repeatable)', collect)
        .option('--input <file>', 'read the body from a file, or from standard input (-)')
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
