/** Variables by which agents mark the commands that they start. */
const MARKS = ['CLAUDECODE', 'CURSOR_AGENT', 'CODEX', 'CODEX_SANDBOX', 'GEMINI_CLI', 'OPENCODE'] as const

/**
 * Whether an agent has started this program, perhaps in a terminal of its own: then nobody answers a prompt, leaves a
 * pager or sees a colour.
 */
export const isAgent = (variables: Readonly<Record<string, string | undefined>>): boolean =>
  MARKS.some((name) => !['', '0', 'false', undefined].includes(variables[name]))
