import type { Command } from 'commander'
import { BACKENDS } from '../../backends/table.ts'
import { API_SETTINGS } from '../../settings/setting-table.ts'
import { collect, type Details } from '../command.ts'

const MCP: Details[string] = {
  options: (command) =>
    ownFlags(
      command
        .option('--max-calls <count>', 'maximum number of calls (500)')
        .option('--max-bytes <size>', 'maximum amount of text (4MB)')
        .option(
          '--connect <url>',
          "serve the tools of another server that only read, with this person's token",
        )
        .option(
          '--allow-tool <name>',
          'of --connect: this tool, too, whatever it says of itself (repeatable)',
          collect,
        )
        .option('--allow-write', 'of --connect: all tools'),
    ),
  settings: API_SETTINGS,
  variables: ['LS_AUTH_TOKEN', 'LS_AUTH_PROXY'],
  exits: [130, 143],
  examples: [
    { does: 'Claude Code', line: 'claude mcp add traces -- ls-auth mcp --profile work' },
    { does: 'command line for any other agent', line: 'ls-auth mcp --profile work' },
    {
      does: 'the tools of another server, with a sign-in that is kept and renewed here',
      line: 'ls-auth mcp --connect https://mcp.acme.example/mcp --profile work',
    },
    { does: 'with a small budget', line: 'ls-auth mcp --max-calls 50 --max-bytes 500kB' },
  ],
  load: async () => (await import('../../mcp/mcp.ts')).mcp,
}

/** Commands about the program itself. */
export const PROGRAM_COMMANDS: Details = {
  mcp: MCP,
}

/** Options of single back ends. */
function ownFlags(command: Command): Command {
  for (const { name, flags = [] } of BACKENDS) {
    for (const { flag, help } of flags) command.option(flag, `${name}: ${help}`)
  }
  return command
}
