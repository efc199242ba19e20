/**
 * The span whose trace a request asks for, as 1 to 16 hex digits: Lightstep has it in the query (`stored-traces?span-id=…`),
 * which no record keeps. Undefined: none, or something else than an id.
 */
export function askedSpanId({ pathname, searchParams }: URL): string | undefined {
  const id = pathname.endsWith('/stored-traces') ? searchParams.get('span-id') : null
  return id !== null && /^[0-9a-f]{1,16}$/i.test(id) ? id.toLowerCase() : undefined
}
