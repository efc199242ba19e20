import { describe } from 'vitest'
import { hasApache } from './apache.ts'
import { attackSuite } from './suites/attacks.ts'
import { backendSuite } from './suites/backends.ts'
import { boundAndWorkloadSuite } from './suites/bound-and-workloads.ts'
import { boundPersonSuite, boundTokenSuite } from './suites/bound-tokens.ts'
import { cliSuite } from './suites/cli.ts'
import { forgerySuite, pretenderSuite } from './suites/forgeries.ts'
import { healthSuite } from './suites/health.ts'
import { jobSuite } from './suites/jobs.ts'
import { loadSuite } from './suites/load.ts'
import { logSuite } from './suites/log.ts'
import { logSecretsSuite } from './suites/log-secrets.ts'
import { pathSuite } from './suites/paths.ts'
import { peopleAtOnceSuite } from './suites/people-at-once.ts'
import { personSuite } from './suites/person.ts'
import { personProjectSuite } from './suites/person-projects.ts'
import { projectSuite, tenantSuite } from './suites/places.ts'
import { issuerMismatchSuite, refusalSuite } from './suites/refusals.ts'
import { rotationSuite } from './suites/rotation.ts'
import { clientAsAudienceSuite, requiredSignInSuite, scopeSuite } from './suites/scopes.ts'
import { secondSuite } from './suites/second.ts'
import { fullLogSuite, shippedLogSuite } from './suites/shipped-log.ts'
import { signInSuite } from './suites/sign-in.ts'
import { slowClientSuite } from './suites/slow-clients.ts'
import { tlsSuite } from './suites/tls.ts'
import { upstreamSuite } from './suites/upstream.ts'
import { waySuite } from './suites/ways.ts'
import { rulesSuite, workloadSuite, workloadsOffSuite } from './suites/workloads.ts'

describe.skipIf(!hasApache())('the Apache gateway, as shipped', () => {
  describe('the commands a person types', cliSuite)
  describe('how to sign in', signInSuite)
  describe('a person with a real provider and a real API', personSuite)
  describe('tokens that must not pass', refusalSuite)
  describe('doctor --gateway', attackSuite)
  describe('an issuer that is not the one it was told', issuerMismatchSuite)
  describe('scopes and groups', scopeSuite)
  describe('another way to sign in', requiredSignInSuite)
  describe('an issuer without audiences', clientAsAudienceSuite)
  describe('tokens that are bound to a key', boundTokenSuite)
  describe('a person whose tokens are bound to a key', boundPersonSuite)
  describe('people with a proof, beside jobs without one', boundAndWorkloadSuite)
  describe('keys that change', rotationSuite)
  describe('addresses and methods', pathSuite)
  describe('what reaches the upstream, and what comes back', upstreamSuite)
  describe('workloads of a second issuer', workloadSuite)
  describe('tokens of one issuer that look like those of the other', forgerySuite)
  describe('an issuer of workloads that bears the name of the other', pretenderSuite)
  describe('the rules for workloads', rulesSuite)
  describe('without a second issuer', workloadsOffSuite)
  describe('rules for projects', projectSuite)
  describe('rules for projects, and what a person reads of them', personProjectSuite)
  describe('rules for tenants', tenantSuite)
  describe('jobs beside people, as docs/ci.md has them', jobSuite)
  describe('the health route', healthSuite)
  describe('the access log', logSuite)
  describe('secrets in the access log', logSecretsSuite)
  describe('the access log, sent away', shippedLogSuite)
  describe('an access log that cannot be written', fullLogSuite)
  describe('the way of a request', waySuite)
  describe('Tempo and Jaeger', backendSuite)
  describe('a second gateway on the same machine', secondSuite)
  describe('encrypted on both sides', tlsSuite)
  describe('many at once', loadSuite)
  describe('many people at once', peopleAtOnceSuite)
  describe('slow clients', slowClientSuite)
})
