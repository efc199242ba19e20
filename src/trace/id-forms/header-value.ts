import { fromBoth, fromDigits, type Reading } from './reading.ts'

/** Values of headers that carry a trace from one service to the next. */
export function fromHeaderValue(text: string): Reading | undefined {
  return (
    fromTraceparent(text) ?? fromB3(text) ?? fromXRay(text) ?? fromUberTraceId(text) ?? fromCloudTrace(text)
  )
}

/** W3C Trace Context §3.2: version, trace id, parent id, flags; later versions may append fields. */
function fromTraceparent(text: string): Reading | undefined {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/i.exec(text)
  return match?.[1] && match[2] ? fromBoth('traceparent', match[1], match[2]) : undefined
}

/** The single header of B3: `{trace id}-{span id}-{sampling}-{parent span id}`, the last two optional. */
function fromB3(text: string): Reading | undefined {
  const match = /^([0-9a-f]{32}|[0-9a-f]{16})-([0-9a-f]{16})(-[01d](-[0-9a-f]{16})?)?$/i.exec(text)
  return match?.[1] && match[2] ? fromBoth('header', match[1], match[2]) : undefined
}

/** AWS X-Ray: `1-{8 digits of time}-{24 digits}`, in its header with `Root=` before and `Parent=` behind. */
function fromXRay(text: string): Reading | undefined {
  const match = /^(?:Self=[^;]*;)?(?:Root=)?1-([0-9a-f]{8})-([0-9a-f]{24})(;.*)?$/i.exec(text)
  if (!match) return undefined
  const trace = `${match[1]}${match[2]}`
  const span = /;Parent=([0-9a-f]{16})(?:;|$)/i.exec(match[3] ?? '')?.[1]
  return span === undefined ? fromDigits(trace.toLowerCase(), 'header') : fromBoth('header', trace, span)
}

/** `uber-trace-id`: `{trace id}:{span id}:{parent id}:{flags}`, leading zeros left out. */
function fromUberTraceId(text: string): Reading | undefined {
  const match = /^([0-9a-f]{1,32}):([0-9a-f]{1,16}):[0-9a-f]{1,16}:[0-9a-f]{1,2}$/i.exec(text)
  return match?.[1] && match[2] ? fromBoth('header', match[1], match[2]) : undefined
}

/** `X-Cloud-Trace-Context`: `{trace id}/{span id as decimal};o={options}`. */
function fromCloudTrace(text: string): Reading | undefined {
  const match = /^([0-9a-f]{32})\/(\d{1,20})(?:;o=\d)?$/i.exec(text)
  if (!match?.[1] || !match[2]) return undefined
  const span = BigInt(match[2])
  if (span === 0n || span >= 1n << 64n) return fromDigits(match[1].toLowerCase(), 'header')
  return fromBoth('header', match[1], span.toString(16))
}
