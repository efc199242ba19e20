/** All of a hint, where an agent cannot start the server again. */
export const ALLOW_SNAPSHOTS =
  'A person can allow snapshots by starting this server with --snapshot. Without one: get_trace with the id of a span (16 hex digits) or the address of its page.'

/** Commands that a hint may name, and what does the same here; the first that fits. */
const COMMANDS: readonly (readonly [RegExp, string])[] = [
  // To look at the spans of a trace as data.
  [/ls-auth trace get ID -o json/g, 'get_trace, then get_span_details'],
  [/ls-auth trace get ID\b/g, 'get_trace with id'],
  [/ls-auth trace get(?= [0-9a-f]{16,32}\b)/g, 'get_trace with id'],
  [/ls-auth trace get/g, 'get_trace'],
  [/ls-auth trace search(?= -)/g, 'search_traces with'],
  [/ls-auth trace search/g, 'search_traces'],
  [/ls-auth trace diff(?: A B)?/g, 'diff_traces'],
  [/ls-auth trace why(?= -)/g, 'explain_traces with'],
  [/ls-auth trace why/g, 'explain_traces'],
  [/ls-auth services/g, 'get_services'],
  [/ls-auth attributes/g, 'get_attributes'],
  [/Take a snapshot: ls-auth mcp\b.*/g, ALLOW_SNAPSHOTS],
  [/ls-auth mcp\b.* --snapshot\b.*/g, 'a person has to start this server with --snapshot'],
]

/** A text with the tools in place of the commands that do the same: an agent has no others. */
export function withTools(text: string): string {
  const named = COMMANDS.reduce((words, [command, tool]) => words.replaceAll(command, tool), text)
  // Flags as the arguments of search_traces.
  return named === text
    ? text
    : named.replaceAll(/--(service|name|attr|error|min|max|since|from|to|query|limit)(?![\w-])/g, '$1')
}
