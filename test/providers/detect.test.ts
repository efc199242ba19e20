import { describe, expect, it } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { detectProvider, presetFor } from '../../src/providers/detect.ts'
import { PROVIDER_IDS } from '../../src/providers/preset.ts'

describe('detectProvider', () => {
  // Beside the issuers of vectors/, which every-provider.test.ts asks for.
  it.each([
    ['https://acme.okta.com/oauth2/aus7traces', 'okta'],
    ['https://acme.oktapreview.com', 'okta-org'],
    ['https://acme.okta-emea.com/', 'okta-org'],
    ['https://login.acme.example/oauth2/default', 'okta'],
    ['https://login.acme.example/oauth2/aus1tracesAPI0001', 'okta'],
    ['https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/v2.0', 'entra'],
    ['https://login.microsoftonline.us/x/v2.0', 'entra'],
    ['https://login.partner.microsoftonline.cn/x/v2.0', 'entra'],
    ['https://sts.windows.net/x/', 'entra'],
    ['https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab', 'cognito'],
    ['https://acme.auth.eu-west-1.amazoncognito.com', 'cognito'],
    ['https://abc.tokens.sts.global.api.aws', 'aws-iam'],
    ['https://identitycenter.amazonaws.com/ssoins-1', 'aws-identity-center'],
    ['https://start.us-gov-home.awsapps.com/directory/acme', 'aws-identity-center'],
    ['https://start.home.awsapps.cn/directory/d-1234567890', 'aws-identity-center'],
    ['https://start.cn-north-1.home.awsapps.cn/directory/acme', 'aws-identity-center'],
    ['https://ssoins-1234567890abcdef.portal.eu-west-1.app.aws', 'aws-identity-center'],
    ['https://ssoins-1234567890abcdef.eu-west-1.portal.amazonaws.com', 'aws-identity-center'],
    ['https://oidc.cn-north-1.amazonaws.com.cn', 'aws-identity-center'],
    ['https://oidc.eu-west-1.api.aws', 'aws-identity-center'],
    ['https://oidc-fips.us-gov-west-1.api.aws', 'aws-identity-center'],
    // A Kubernetes cluster's issuer, which is a real one.
    ['https://oidc.eks.eu-west-1.amazonaws.com/id/AB', 'generic'],
    ['https://oidc-eks.eu-west-1.api.aws/id/AB', 'generic'],
    ['https://sso.acme.example:8443/auth/realms/traces', 'keycloak'],
    ['https://auth.pingone.eu/77/as', 'pingone'],
    ['', 'generic'],
    ['not a url at all', 'generic'],
    ['https://', 'generic'],
    // Names that only look alike.
    ['https://evilokta.com/', 'generic'],
    ['https://acme.okta.com.evil.example/', 'generic'],
    ['https://login.microsoftonline.com.evil.example/x', 'generic'],
    ['https://accounts.google.com@evil.example/', 'generic'],
    ['https://cognito-idp.evil.example/', 'generic'],
    ['https://ssoins-1234567890abcdef.portal.eu-west-1.app.aws.evil.example', 'generic'],
    ['https://ssoins-1234567890abcdef.eu-west-1.portal.amazonaws.com.evil.example', 'generic'],
    ['https://oidc.cn-north-1.amazonaws.com.cn.evil.example', 'generic'],
  ])('%s is %s', (issuer, id) => {
    expect(detectProvider(issuer)).toBe(id)
  })

  it('looks at a host in any letter case', () => {
    expect(detectProvider('https://ACME.OKTA.COM/oauth2/default')).toBe('okta')
  })
})

describe('presetFor', () => {
  it('follows the issuer, unless the profile names a provider', () => {
    expect(presetFor('https://acme.eu.auth0.com/').id).toBe('auth0')
    expect(presetFor('https://login.acme.example/', 'auth0').id).toBe('auth0')
  })

  it.each(['azuread', '', 'constructor', '__proto__', 'Okta'])('lists the names for %j', (name) => {
    try {
      presetFor('https://id.acme.example', name)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(Failure)
      expect(error).toMatchObject({ code: 'settings', exit: 2 })
      for (const id of PROVIDER_IDS) expect((error as Failure).hint).toContain(id)
    }
  })
})
