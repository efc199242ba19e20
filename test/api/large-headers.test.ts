import { describe, expect, it } from 'vitest'
import { explainAnswer } from '../../src/api/refusal/denial.ts'
import type { HttpAnswer } from '../../src/ports/http.ts'
import { told } from '../told.ts'

const URL_ = new URL('https://gw.acme.example:8443/x')
const answer = (status: number, body: string, type = 'text/html'): HttpAnswer => ({
  status,
  headers: { 'content-type': type },
  body: Buffer.from(body),
})
const read = (given: HttpAnswer, token: string | undefined) => {
  const failure = explainAnswer(given, URL_, token)
  return failure && told(failure)
}

const NGINX =
  '<html>\r\n<head><title>400 Request Header Or Cookie Too Large</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>'
const APACHE =
  '<!DOCTYPE HTML>\n<html><head>\n<title>400 Bad Request</title>\n</head><body>\n<p>Your browser sent a request that this server could not understand.<br />\nSize of a request header field exceeds server limit.<br />\n</p>'
const BAD = '<html><body><h1>400 Bad request</h1>\nYour browser sent an invalid request.\n</body></html>'
const QUERY = '{ .echo = request header or cookie too large }'
const LARGE = 't'.repeat(7 * 1024 + 1)

describe('headers that are too large for a gateway', () => {
  const BY_TOKEN =
    'It is probably the token: ask for fewer groups or scopes, or raise the limit for request headers there.'

  it.each([
    ['nginx', NGINX, 't'],
    ['Apache', APACHE, 't'],
    ['nginx, with a large token', NGINX, LARGE],
  ])('are told as that where it is HTTP 400 of %s', (_, body, token) => {
    expect(read(answer(400, body), token)).toEqual([
      'api-failed: the headers of the request are too large for gw.acme.example:8443 (HTTP 400)',
      BY_TOKEN,
    ])
  })

  it('are marked, for whoever reads a 400 as one about the question that was asked', () => {
    expect(explainAnswer(answer(400, NGINX), URL_, 't')?.reason).toBe('large-headers')
  })

  it('are not the token where none was sent', () => {
    expect(read(answer(400, NGINX), undefined)?.[1]).toBe(
      'Raise the limit for request headers at the gateway or the API.',
    )
  })

  it.each([
    ['a page of another kind', answer(400, BAD), 't'],
    ['the reason of an API, with a large token', answer(400, 'invalid TraceQL', 'text/plain'), LARGE],
    ['the query that an API says again', answer(400, `{"error":"${QUERY}"}`, 'application/json'), 't'],
    ['the query that an API says again as plain text', answer(400, `near ${QUERY}`, 'text/plain'), LARGE],
    ['another status', answer(500, NGINX), LARGE],
  ])('are not read out of %s', (_, given, token) => {
    expect(read(given, token)?.[0]).toBe(`api-failed: gw.acme.example:8443 failed (HTTP ${given.status})`)
    expect(read(given, token)?.[1]).not.toContain('size of the token')
  })

  it.each([
    ['a page that says nothing (HAProxy)', answer(400, BAD)],
    ['an empty answer', answer(400, '', 'application/json')],
  ])('may be what is wrong in %s with a large token, which only the hint says', (_, given) => {
    expect(read(given, LARGE)).toEqual([
      'api-failed: gw.acme.example:8443 failed (HTTP 400)',
      'Try again; if it goes on, ask whoever runs the gateway or the trace API. It may be the size of the token (7 kB): ask for fewer groups or scopes, or raise the limit for request headers there.',
    ])
    for (const token of ['t', LARGE.slice(1)])
      expect(read(given, token)?.[1]).not.toContain('size of the token')
  })
})
