import { Failure } from '../errors.ts'
import type { HttpAnswer, HttpRequest } from '../ports.ts'

/** Names in lower case, repeated fields joined. */
export function flatten(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  const flat: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = typeof value === 'string' ? value : value.join(', ')
  }
  return flat
}

/** The body as it came, refused past the cap of the request. */
export async function readCapped(body: AsyncIterable<Buffer>, request: HttpRequest): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of body) {
    size += part.length
    if (size > request.maxBytes) throw tooLarge(request)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** Unpacks gzip, br and deflate; what unpacks to more than the cap is refused. */
export async function decode(
  wire: Buffer,
  headers: HttpAnswer['headers'],
  request: HttpRequest,
): Promise<Buffer> {
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity' || wire.length === 0) return wire
  const { brotliDecompress, gunzip, inflate } = await import('node:zlib')
  const decoders = { gzip: gunzip, 'x-gzip': gunzip, br: brotliDecompress, deflate: inflate }
  const decoder = decoders[encoding as keyof typeof decoders]
  if (!decoder)
    throw new Failure('api-failed', `${request.url.host} answered in an encoding that was not asked for`)
  try {
    return await inflateWith(decoder, wire, request.maxBytes)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(request)
    throw new Failure('api-failed', `${request.url.host} sent a damaged compressed answer`, { cause })
  }
}

function inflateWith(
  decoder: typeof import('node:zlib').gunzip,
  wire: Buffer,
  maxOutputLength: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    decoder(wire, { maxOutputLength }, (error, bytes) => (error ? reject(error) : resolve(bytes)))
  })
}

function tooLarge(request: HttpRequest): Failure {
  return new Failure(
    'api-failed',
    `the answer of ${request.url.host} is larger than ${request.maxBytes} bytes`,
    {
      hint: 'ls-auth stopped reading. Ask for less, or look at what answers at this address.',
    },
  )
}
