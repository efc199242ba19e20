import { type Hint, type Preset, STANDARD } from '../preset.ts'

/** Clouds of their own, with tenants of their own. */
const OTHER_CLOUD = /^https:\/\/login\.(microsoftonline\.us|partner\.microsoftonline\.cn)\//i
const CONSENT = [65001, 90094, 90095, 650056]

const HINTS: readonly Hint[] = [
  {
    codes: [50011],
    say: 'Register {redirect} under Authentication > "Mobile and desktop applications". The path must match. The port does not matter.',
  },
  {
    codes: [500113],
    say: 'The app has no redirect URI. Add {redirect} under Authentication > "Mobile and desktop applications".',
  },
  {
    codes: [9002327],
    say: 'The redirect URI is registered as "Single-page application". Move it to "Mobile and desktop applications": {redirect}',
  },
  {
    codes: [7000218],
    say: 'Entra expects a client secret. Set "Allow public client flows" to Yes and use the platform "Mobile and desktop applications", not Web.',
  },
  {
    codes: [700025],
    say: 'A public client sends no secret. Remove the client secret settings from the profile.',
  },
  {
    codes: CONSENT,
    issuer: OTHER_CLOUD,
    notByPerson: true,
    say: 'Consent is missing for {scopes}. Ask an administrator to grant it: https://{host}/{tenant}/adminconsent?client_id={client}',
  },
  {
    codes: CONSENT,
    notByPerson: true,
    say: 'Consent is missing for {scopes}. Ask an administrator to grant it: https://login.microsoftonline.com/{tenant}/adminconsent?client_id={client}',
  },
  {
    codes: [65004],
    say: 'The consent was declined. Run ls-auth login again and accept it, or ask an administrator to grant it.',
  },
  {
    codes: [650052],
    notByPerson: true,
    say: 'An API in the scopes ({scopes}) has no service principal in this tenant. Ask an administrator to add it or to consent to it.',
  },
  {
    codes: [7000112],
    notByPerson: true,
    say: 'The app {client} is disabled in this tenant. Ask an administrator to enable it, or set another client_id.',
  },
  {
    codes: [90009],
    say: 'The client and the API are one registration. Name the API by its GUID in scopes, <GUID>/<scope>, and not by api://….',
  },
  {
    codes: [700016, 700011, 90002],
    say: 'Entra does not know the app or the tenant. Check client_id ({client}), and the tenant and cloud in the issuer ({issuer}).',
  },
  {
    codes: [50020, 50034, 50194, 90072, 90130, 9002332],
    say: "Your account does not belong to this tenant. Use the issuer with your tenant's GUID, or another account: ls-auth login --prompt select_account",
  },
  {
    codes: [50105],
    notByPerson: true,
    say: 'Your account is not assigned to the app {client}. Ask for an assignment under Enterprise applications > Users and groups.',
  },
  {
    codes: [500011, 650053, 650057, 70011, 28000, 28002, 28003, 700022],
    say: 'Check the scopes ({scopes}). Each is written api://<id>/<scope>, and all must belong to one API.',
  },
  {
    codes: [901002],
    say: 'Entra v2 has no resource parameter: name the API in scopes (api://<id>/<scope>) instead.',
  },
  {
    codes: [50076, 50079, 53000, 530032, 50158],
    notByPerson: true,
    say: 'A Conditional Access rule requires more, such as a second factor or a managed device. Sign in with a browser on a managed device, without --device.',
  },
  {
    where: 'device',
    codes: [53003],
    notByPerson: true,
    say: 'A Conditional Access rule blocks this sign-in; many rules block the device flow. Sign in with the browser, or ask an administrator which rule it is.',
  },
  {
    codes: [53003],
    notByPerson: true,
    say: 'A Conditional Access rule blocks this sign-in. Ask an administrator which rule it is.',
  },
  {
    where: 'device',
    codes: [50097],
    notByPerson: true,
    say: 'The rule requires the device itself to sign in. Use the browser on that device, without --device.',
  },
  {
    codes: [50199],
    notByPerson: true,
    say: 'Entra wants you to confirm the sign-in on a page. Run ls-auth login again and confirm it there.',
  },
  {
    codes: [500021, 500022],
    notByPerson: true,
    say: 'Your network blocks sign-ins to this tenant (tenant restrictions). Ask whoever runs the network, or use another one.',
  },
  {
    codes: [70008, 700082, 700084, 70043, 50173, 50089],
    endsSession: true,
    say: 'The sign-in has expired or was revoked by your organization. Run: ls-auth login',
  },
  {
    codes: [501481, 50147],
    say: 'The answer belongs to another sign-in. Two probably ran at once. Run ls-auth login again.',
  },
  { where: 'device', codes: [70019], say: 'The code was not entered in time. Run ls-auth login again.' },
  {
    where: 'device',
    codes: [70018, 90119, 90120],
    say: 'The code was mistyped, already used or has expired. Run ls-auth login again.',
  },
  {
    error: ['authorization_declined'],
    say: 'The request was declined on the sign-in page. Run ls-auth login again when you are ready.',
  },
  { codes: [54005, 70000], say: 'The code was already used or is no longer valid. Run ls-auth login again.' },
  {
    // Where a person has refused, Entra says access_denied or authorization_declined.
    error: ['interaction_required'],
    notByPerson: true,
    say: 'Entra requires you to sign in again (a rule or a second factor). Run: ls-auth login',
  },
  {
    error: ['opaque-token'],
    say: 'No scope names your API, so the token is for Microsoft Graph. Add api://<id>/<scope> to scopes and sign in again.',
  },
  {
    error: ['other-issuer'],
    description: /^https:\/\/sts\.(windows\.net|chinacloudapi\.cn)\//,
    say: "This is a v1 token, so its issuer differs from the profile's. Set requestedAccessTokenVersion: 2 in the manifest of the API's registration, then sign in again: ls-auth login",
  },
  {
    where: 'discovery',
    error: ['issuer-mismatch'],
    issuer: /^https:\/\/[^/]+\.b2clogin\.com\/tfp\//i,
    say: 'The issuer must match the user flow exactly. {issuer} does not. Set its "Issuer (iss) claim" to the /tfp/ form. Then check the policy\'s letter case and the trailing slash.',
  },
  {
    where: 'discovery',
    error: ['issuer-mismatch'],
    issuer: /^https:\/\/[^/]+\.b2clogin\.com\//i,
    // Microsoft, "Configure tokens in Azure Active Directory B2C": the one for those who need OpenID Connect Discovery 1.0.
    say: 'Set "Issuer (iss) claim" of the user flow (under Properties) to the /tfp/ form, and use it as issuer: https://<domain>/tfp/<tenant GUID>/<policy>/v2.0/. The other form has no metadata.',
  },
  {
    where: 'discovery',
    error: ['issuer-mismatch'],
    issuer: /^https:\/\/[^/]+\.ciamlogin\.com\//i,
    say: "Use the received issuer, with the tenant's GUID, such as https://<tenant GUID>.ciamlogin.com/<tenant GUID>/v2.0. Entra never answers with a tenant's name.",
  },
  {
    where: 'discovery',
    error: ['issuer-mismatch'],
    issuer: OTHER_CLOUD,
    say: "Use the issuer with the tenant's GUID: https://{host}/<tenant GUID>/v2.0. Entra never answers with a domain name or an alias.",
  },
  {
    where: 'discovery',
    error: ['issuer-mismatch'],
    say: "Use the issuer with the tenant's GUID: https://login.microsoftonline.com/<tenant GUID>/v2.0. Entra never answers with a domain name or an alias.",
  },
]

/** Microsoft Entra ID, endpoint v2. The API's registration decides whether an access token has v1 or v2 claims. */
export const entra: Preset = {
  ...STANDARD,
  id: 'entra',
  name: 'Microsoft Entra ID',
  // Not needed, and in many tenants only an administrator may see the consent page (AADSTS90094).
  consentForOffline: false,
  audience: 'scope',
  scopeOfApi: {
    pattern: /\//,
    without:
      'none of these scopes names an API (api://<id>/<scope>), so Entra issues a Microsoft Graph token. Other APIs cannot verify it.',
  },
  assertionAudience: 'token-endpoint',
  // Microsoft Graph, federatedIdentityCredential: `audiences` "should be set to" this, and each cloud has one of its own.
  proofAudiences: [
    { issuer: /^https:\/\/login\.microsoftonline\.us\//i, audience: 'api://AzureADTokenExchangeUSGov' },
    {
      issuer: /^https:\/\/login\.partner\.microsoftonline\.cn\//i,
      audience: 'api://AzureADTokenExchangeChina',
    },
    { issuer: /^/, audience: 'api://AzureADTokenExchange' },
  ],
  // Without a scope of the user's own API the token is for Microsoft Graph (its id and its names). Nobody else can
  // verify it, because its header is changed after signing.
  ownTokens: {
    audiences: [
      '00000003-0000-0000-c000-000000000000',
      'https://graph.microsoft.com',
      'https://graph.microsoft.com/',
    ],
    headers: ['nonce'],
  },
  redirectHost: 'localhost',
  redirectPorts: 'any',
  redirectPath: '',
  pkceKnown: true,
  device: 'yes',
  deviceErrorAliases: { authorization_declined: 'access_denied', bad_verification_code: 'expired_token' },
  // Entra has no revocation endpoint: signing out only deletes the tokens here.
  revoke: [],
  issuerTemplate: 'https://login.microsoftonline.com/{tenantid}/v2.0',
  sharedIssuer: /\/(common|organizations|consumers)\//,
  endpointHosts: ['login.microsoftonline.com', 'graph.microsoft.com'],
  keepsScopes: true,
  claimNames: {
    // `sub` differs from client to client; `oid` is the person in the tenant.
    subject: ['oid', 'sub'],
    userName: ['preferred_username', 'upn', 'unique_name', 'email', 'name'],
    email: ['email', { path: ['preferred_username'], containing: '@' }],
    client: ['azp', 'appid', { path: ['aud'], only: 'id', take: 'single' }],
    scopes: ['scp'],
    groups: ['groups'],
    roles: ['roles'],
    tenant: ['tid'],
    tokenId: ['uti'],
    groupsLeftOut: ['hasgroups'],
    // `rsa` beside `pwd` is no second factor: where there was one, Entra adds `mfa`.
    mfaByFactors: false,
  },
  hints: HINTS,
  registration: [
    'App registrations > Authentication > add platform "Mobile and desktop applications" with the redirect URI shown; set "Allow public client flows" to Yes.',
    'Expose an API with a scope, grant it to the client, and ask for it: scopes = [..., "api://<id>/traces.read"]. In the token, aud is that API\'s GUID. Set requestedAccessTokenVersion: 2 in its manifest. Otherwise iss differs.',
    'Groups: Token configuration > add groups claim. Entra omits more than 200 groups, so assign groups to the app or use app roles.',
  ],
}
