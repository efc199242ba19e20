import type { Span, Trace } from '../../src/trace/model.ts'
import { makeSpan, spanId } from './make.ts'

/** Texts that are markup, script, style or an entity where somebody forgot to escape them; or no text at all. */
export const HOSTILE = [
  '<script>window.pwned=1</script>',
  '</script><script>window.pwned=1</script>',
  '</style><script>window.pwned=1</script>',
  '</pre></details></div><img src=x onerror=window.pwned=1>',
  '"><svg onload=window.pwned=1>',
  "' onmouseover='window.pwned=1",
  'javascript:window.pwned=1',
  '<!--',
  ']]>',
  '&lt;b&gt; &#x3c;script&#x3e; &amp',
  '<a href="http://evil.example/">here</a><link rel=stylesheet href=//evil.example/x.css>',
  '\u0000\u0008\u001b[2J\ufffe\uffff\ud800',
  '\u202e<gnp>\u2066',
  'line\none\r\ntwo',
]

/** A trace with a text in every field that a source fills: a root, a failed call, a consumer, an orphan, a link. */
export function traceOf(text: string): Trace {
  const attributes = [
    [text, text],
    [`${text}.list`, [text, { [text]: text }]],
  ] as const
  const dress = (span: Span): Span => ({
    ...span,
    name: `${span.name} ${text}`,
    service: `${span.service} ${text}`,
    attributes,
    resource: attributes,
    scope: { name: text, version: text, attributes },
    events: [{ name: text, timeNanos: span.startNanos + 1000n, attributes }],
    links: [{ traceId: text, spanId: text, attributes }],
  })
  const spans = [
    makeSpan({ id: 1, ms: 100 }),
    makeSpan({ id: 2, parent: 1, at: 10, ms: 50, status: 'error', message: text, service: 'pay' }),
    makeSpan({ id: 3, parent: 1, at: 90, ms: 4000, kind: 'consumer', service: 'mail' }),
    makeSpan({ id: 4, parent: 99, at: 20, ms: 5 }),
    ...Array.from({ length: 12 }, (_, i) =>
      makeSpan({ id: 20 + i, parent: 2, at: 12 + i, ms: 1, name: 'GET' }),
    ),
  ].map(dress)
  return {
    traceId: spanId(1).repeat(2),
    spans,
    partial: text,
    warnings: { spans: 1, texts: [text] },
  }
}
