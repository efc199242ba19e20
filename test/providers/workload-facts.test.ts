import { describe, expect, it } from 'vitest'
import { workloadFacts, workloadWords } from '../../src/providers/workload-sources.ts'

const NOTHING = { repository: undefined, ref: undefined, environment: undefined, role: undefined }

describe('what a proof says about its program', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    [
      'GitHub Actions',
      {
        repository: 'acme/app',
        ref: 'refs/heads/main',
        environment: 'prod',
        sub: 'repo:acme/app:environment:prod',
      },
      { repository: 'acme/app', ref: 'refs/heads/main', environment: 'prod' },
    ],
    [
      'GitLab',
      { project_path: 'acme/app', ref: 'main', sub: 'project_path:acme/app:ref_type:branch:ref:main' },
      { repository: 'acme/app', ref: 'main' },
    ],
    ['a role', { sub: 'arn:aws:iam::123456789012:role/ops/TraceReader' }, { role: 'TraceReader' }],
    [
      'an assumed role',
      { sub: 'arn:aws:sts::123456789012:assumed-role/TraceReader/i-1' },
      { role: 'TraceReader' },
    ],
    ['a user is not a role', { sub: 'arn:aws:iam::123456789012:user/ada' }, {}],
    [
      'a pod',
      { 'kubernetes.io': { namespace: 'ops', serviceaccount: { name: 'reader', uid: 'u' } } },
      { role: 'ops/reader' },
    ],
    ['other types', { repository: 5, ref: '', environment: null, 'kubernetes.io': 'x' }, {}],
  ])('%s', (_, claims, facts) => expect(workloadFacts(claims)).toEqual({ ...NOTHING, ...facts }))

  it('in words', () => {
    expect(workloadWords({ repository: 'a/b', ref: 'main' })).toBe('repository a/b, ref main')
    expect(workloadWords(undefined)).toBe('')
  })
})
