import { describe, expect, it } from 'vitest'
import { explainRefusal, type SentToken } from '../../src/backends/gateways.ts'

const GATEWAY = new URL('https://gw.example/api/traces/v1/dev/tempo')
const GRAFANA = new URL('https://grafana.example/sub/api/datasources/proxy/uid/tempo-1')
const OTHER = new URL('https://traces.example')
const SENT: SentToken = {
  use: 'access',
  header: 'Authorization',
  audiences: ['api://traces'],
  groups: ['ops'],
  isExpired: false,
}

interface Answer {
  readonly base: URL
  readonly status: number
  readonly body?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly sent?: SentToken | undefined
}

const explain = (answer: Answer) =>
  explainRefusal({
    path: '/api/search',
    headers: {},
    sent: SENT,
    ...answer,
    body: Buffer.from(answer.body ?? ''),
  })
const observatorium = (error: string) =>
  JSON.stringify({ status: 'error', errorType: 'observatorium-api', error })

describe('what it means', () => {
  it.each<[string, Answer]>([
    ['a 500 of Tempo', { base: GATEWAY, status: 500, body: 'response larger than the max (9 vs 1)' }],
    [
      'a 302 to another login',
      { base: GATEWAY, status: 302, headers: { location: 'https://id.example/authorize' } },
    ],
    ['a 302 to what is no address', { base: GATEWAY, status: 302, headers: { location: 'http://[' } }],
    ['an empty 403 elsewhere', { base: OTHER, status: 403 }],
    ['a 403 with a challenge', { base: GATEWAY, status: 403, headers: { 'www-authenticate': 'Bearer' } }],
    ['a 401 of somebody', { base: OTHER, status: 401, body: 'Unauthorized\n' }],
    ['a 401 as JSON of somebody', { base: OTHER, status: 401, body: '{"message":"no"}' }],
    ['a 404', { base: OTHER, status: 404, body: '{"message":"Not found"}' }],
    ['a page', { base: GRAFANA, status: 200, body: '<!doctype html>' }],
  ])('%s is an answer like any other', (_, answer) => {
    expect(explain(answer)).toBeUndefined()
  })

  it('what a server says cannot steer a terminal', () => {
    const body = observatorium('failed to verify ID token\u001b[2J')
    const { failure } = explain({ base: GATEWAY, status: 500, body }) ?? {}
    expect(failure?.detail.join('')).not.toContain('\u001b')
  })
})
