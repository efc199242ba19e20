/** The code of an error of the system or of Node (`ENOENT`, `ERR_BUFFER_TOO_LARGE`); undefined: it has none. Anything can be thrown. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : undefined
}
