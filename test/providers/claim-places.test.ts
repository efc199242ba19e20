import { describe, expect, it } from 'vitest'
import { tokenKind } from '../../src/claims/kind.ts'
import { type Identity, normalise } from '../../src/claims/normalise.ts'
import type { ProviderId } from '../../src/providers/preset.ts'
import { PRESETS } from '../../src/providers/presets.ts'

/** Tokens as each provider shapes them, with invented values, read with that provider's row. */
function read(
  provider: ProviderId,
  payload: Record<string, unknown>,
  clientId = 'cli-1',
  responseScope?: string,
) {
  const kind = tokenKind({ header: {}, payload }, clientId)
  const identity = normalise(payload, {
    kind,
    names: PRESETS[provider].claimNames,
    ...(responseScope !== undefined && { responseScope }),
  })
  const said = (concept: keyof Identity) => {
    const held = identity[concept]
    return held.value === undefined ? held.status : [held.value, held.source]
  }
  return { kind, said }
}

describe('Okta', () => {
  const iss = 'https://login.acme.example/oauth2/ausTraces1'
  it('finds one person in both tokens, though sub differs', () => {
    const id = read('okta', {
      iss,
      sub: '00uGrace',
      aud: 'cli-1',
      nonce: 'n',
      preferred_username: 'grace@acme.example',
      groups: ['dev'],
      amr: ['pwd', 'mfa'],
    })
    const access = read('okta', {
      iss,
      sub: 'grace@acme.example',
      uid: '00uGrace',
      cid: 'cli-1',
      aud: 'api://traces',
      scp: ['openid', 'traces:read'],
      Groups: ['dev'],
    })
    expect([id.kind, access.kind]).toEqual(['id', 'access'])
    expect(id.said('subject')).toEqual(['00uGrace', 'sub'])
    expect(access.said('subject')).toEqual(['00uGrace', 'uid'])
    expect(access.said('userName')).toEqual(['grace@acme.example', 'sub'])
    expect(access.said('client')).toEqual(['cli-1', 'cid'])
    expect(access.said('scopes')).toEqual([['openid', 'traces:read'], 'scp'])
    expect(access.said('groups')).toEqual([['dev'], 'Groups'])
    expect(id.said('tenant')).toEqual(['login.acme.example', 'iss'])
    expect(id.said('mfa')).toEqual([true, 'amr'])
  })

  it('takes an opaque user id for no name, and a level for two factors', () => {
    const access = read('okta', { sub: '00uGrace', cid: 'cli-1', scp: [], acr: 'urn:okta:loa:2fa:any' })
    expect(access.said('userName')).toBe('absent')
    expect(access.said('mfa')).toEqual([true, 'acr'])
  })
})

describe('Entra', () => {
  const common = {
    tid: '1111-tenant',
    oid: '2222-person',
    sub: 'pairwise',
    uti: 'u-1',
    preferred_username: 'grace@acme.example',
  }
  it('reads v2 tokens', () => {
    const access = read('entra', {
      ...common,
      aud: '3333-api',
      azp: 'cli-1',
      scp: 'traces.read traces.query',
      roles: ['Traces.Reader'],
      groups: ['4444-group'],
    })
    expect(access.kind).toBe('access')
    expect(access.said('subject')).toEqual(['2222-person', 'oid'])
    expect(access.said('scopes')).toEqual([['traces.read', 'traces.query'], 'scp'])
    expect(access.said('tenant')).toEqual(['1111-tenant', 'tid'])
    expect(access.said('email')).toEqual(['grace@acme.example', 'preferred_username'])
    expect(access.said('emailVerified')).toEqual([false, 'preferred_username'])
    expect(access.said('tokenId')).toEqual(['u-1', 'uti'])
    expect(access.said('mfa')).toBe('absent')
  })

  it('reads v1 tokens', () => {
    const access = read('entra', {
      ...common,
      preferred_username: undefined,
      upn: 'grace@acme.example',
      aud: 'api://traces',
      appid: 'cli-1',
      scp: 'traces.read',
      amr: ['pwd', 'mfa'],
    })
    expect(access.said('client')).toEqual(['cli-1', 'appid'])
    expect(access.said('userName')).toEqual(['grace@acme.example', 'upn'])
    expect(access.said('mfa')).toEqual([true, 'amr'])
  })

  it.each([{ hasgroups: true }, { hasgroups: 'true' }, { _claim_names: { groups: 'src1' } }])(
    'knows overage: %j',
    (marks) => {
      expect(read('entra', { ...common, scp: 'a', ...marks }).said('groups')).toBe('overage')
    },
  )
})

describe('Cognito', () => {
  const iss = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Traces'
  it('reads the access token, which has no audience', () => {
    const access = read('cognito', {
      iss,
      sub: 'c-1',
      token_use: 'access',
      client_id: 'cli-1',
      username: 'grace',
      scope: 'openid traces/read',
      'cognito:groups': ['dev'],
      origin_jti: 'o-1',
    })
    expect(access.kind).toBe('access')
    expect(access.said('audience')).toBe('absent')
    expect(access.said('client')).toEqual(['cli-1', 'client_id'])
    expect(access.said('scopes')).toEqual([['openid', 'traces/read'], 'scope'])
    expect(access.said('groups')).toEqual([['dev'], 'cognito:groups'])
    expect(access.said('tenant')).toEqual(['eu-west-1_Traces', 'iss'])
    expect(access.said('sessionId')).toEqual(['o-1', 'origin_jti'])
  })

  it('reads the ID token, with groups of another provider squeezed into text', () => {
    const id = read('cognito', {
      iss,
      sub: 'c-1',
      token_use: 'id',
      aud: 'cli-1',
      'cognito:username': 'grace',
      email: 'g@acme.example',
      email_verified: 'true',
      'custom:groups': '[dev, ops]',
    })
    expect(id.said('client')).toEqual(['cli-1', 'aud'])
    expect(id.said('userName')).toEqual(['grace', 'cognito:username'])
    expect(id.said('emailVerified')).toEqual([true, 'email_verified'])
    expect(id.said('groups')).toEqual([['dev', 'ops'], 'custom:groups'])
  })
})

describe('the others', () => {
  it('Google: no groups ever, scopes from the token response', () => {
    const id = read(
      'google',
      {
        iss: 'https://accounts.google.com',
        azp: 'cli-1',
        aud: 'cli-1',
        sub: '1',
        hd: 'acme.example',
        email: 'g@acme.example',
        email_verified: true,
        nonce: 'n',
        groups: ['x'],
      },
      'cli-1',
      'openid email',
    )
    expect(id.said('groups')).toBe('unsupported')
    expect(id.said('scopes')).toEqual([['openid', 'email'], 'token response'])
    expect(id.said('tenant')).toEqual(['acme.example', 'hd'])
  })

  it('Auth0: names under a URL, audience as a list', () => {
    const access = read('auth0', {
      sub: 'auth0|1',
      aud: ['https://traces.acme.example', 'https://acme.eu.auth0.example/userinfo'],
      azp: 'cli-1',
      scope: 'openid traces:read',
      'https://acme.example/roles': ['viewer'],
      'https://acme.example/groups': ['dev'],
      permissions: ['traces:read'],
      org_id: 'org_1',
    })
    expect(access.said('audience')).toEqual([
      ['https://traces.acme.example', 'https://acme.eu.auth0.example/userinfo'],
      'aud',
    ])
    expect(access.said('roles')).toEqual([['viewer'], 'https://acme.example/roles'])
    expect(access.said('groups')).toEqual([['dev'], 'https://acme.example/groups'])
    expect(access.said('tenant')).toEqual(['org_1', 'org_id'])
  })

  it('Keycloak: realm and client roles together, group paths as they are', () => {
    const access = read('keycloak', {
      iss: 'https://sso.acme.example/realms/traces',
      typ: 'Bearer',
      azp: 'cli-1',
      aud: ['traces-api', 'account'],
      realm_access: { roles: ['default-roles-traces'] },
      resource_access: { 'traces-api': { roles: ['reader'] }, account: { roles: ['view-profile'] } },
      scope: 'openid',
      groups: ['/acme/dev'],
      session_state: 's-1',
    })
    expect(access.kind).toBe('access')
    expect(access.said('roles')).toEqual([
      ['realm:default-roles-traces', 'traces-api:reader', 'account:view-profile'],
      'realm_access.roles + resource_access.*.roles',
    ])
    expect(access.said('groups')).toEqual([['/acme/dev'], 'groups'])
    expect(access.said('tenant')).toEqual(['traces', 'iss'])
    expect(access.said('sessionId')).toEqual(['s-1', 'session_state'])
    expect(read('keycloak', { typ: 'Offline' }).kind).toBe('refresh')
  })

  it('Dex: the connector is the tenant', () => {
    const id = read('dex', {
      sub: 'Cg',
      aud: ['traces-api', 'cli-1'],
      azp: 'cli-1',
      at_hash: 'h',
      groups: ['acme:dev'],
      federated_claims: { connector_id: 'github', user_id: '7' },
    })
    expect(id.kind).toBe('id')
    expect(id.said('tenant')).toEqual(['github', 'federated_claims.connector_id'])
    expect(id.said('client')).toEqual(['cli-1', 'azp'])
  })

  it('PingOne: client, organization', () => {
    const access = read('pingone', {
      client_id: 'cli-1',
      aud: ['https://traces.acme.example'],
      scope: 'openid',
      sub: 'p-1',
      env: 'e-1',
      org: 'o-1',
      acr: 'Single_Factor',
    })
    expect([access.kind, access.said('tenant'), access.said('mfa')]).toEqual([
      'access',
      ['o-1', 'org'],
      'absent',
    ])
  })

  it('GitHub Actions: the actor, the owner, the run', () => {
    const job = read('github-actions', {
      sub: 'repo:acme@12/app@34:ref:refs/heads/main',
      aud: 'https://traces.acme.example',
      actor: 'grace-example',
      repository_owner: 'acme',
      run_id: '99',
    })
    expect([job.said('userName'), job.said('tenant'), job.said('sessionId'), job.said('groups')]).toEqual([
      ['grace-example', 'actor'],
      ['acme', 'repository_owner'],
      ['99', 'run_id'],
      'unsupported',
    ])
  })

  it('AWS IAM: the last part of the ARN, the account under its URL', () => {
    const role = read('aws-iam', {
      sub: 'arn:aws:iam::123456789012:role/TraceReader',
      'https://sts.amazonaws.com/': { aws_account: '123456789012', principal_tags: { team: 'sre' } },
    })
    expect(role.said('userName')).toEqual(['TraceReader', 'sub'])
    expect(role.said('tenant')).toEqual(['123456789012', 'https://sts.amazonaws.com/.aws_account'])
    expect(role.said('roles')).toEqual([['team=sre'], 'https://sts.amazonaws.com/.principal_tags'])
  })
})
