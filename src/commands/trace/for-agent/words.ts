/** Puts a line on how to go on, written with commands and flags, into the words of the reader. */
export type Words = (line: string) => string

/** For who types commands. */
export const AS_TYPED: Words = (line) => line

/** How a trace is named in a command: those of a file are not known to the back end. */
export const getCommand = (file: unknown): string =>
  `ls-auth trace get ${file === undefined ? 'ID' : 'FILE --trace ID'} -o agent`

/** The same of two traces. */
export const diffCommand = (file: unknown): string =>
  `ls-auth trace diff ${file === undefined ? 'A B' : 'FILE FILE --trace-a A --trace-b B'} -o agent`
