import { describe } from 'vitest'
import { hasApache } from './apache.ts'
import { hasHaProxy } from './haproxy.ts'
import { balancedProofSuite, balancerSuite } from './suites/balancer.ts'
import { haProxyTokenSuite } from './suites/haproxy-tokens.ts'

describe.skipIf(!hasHaProxy())('HAProxy, as Debian ships it', () => {
  describe('its own checks of a token', haProxyTokenSuite)
  describe.skipIf(!hasApache())('one address for two gateways', balancerSuite)
  describe.skipIf(!hasApache())('one address for two gateways, and tokens bound to a key', balancedProofSuite)
})
