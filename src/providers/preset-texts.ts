import type { Preset } from './preset.ts'
import { isProviderId, type ProviderId } from './presets.ts'

/** The endpoint or step where an error occurred. */
export type Where = 'authorization' | 'token' | 'device' | 'discovery' | 'revocation'

/** One hint and its conditions, all of which must hold. Words may choose the advice; what happens is for codes alone. */
export type Hint = Advice & (ByCode | { readonly description: RegExp })

interface Advice {
  readonly where?: Where
  /** The OAuth `error`, one of these. */
  readonly error?: readonly string[]
  /** The description contains `AADSTS<number>` with one of these numbers. */
  readonly codes?: readonly number[]
  /** Matches the issuer. */
  readonly issuer?: RegExp
  /**
   * The current settings fill `{issuer}`, `{host}`, `{tenant}`, `{client}`, `{redirect}` and `{scopes}`, the metadata
   * `{supported}`; `{online}`: the scopes but for offline_access, to be pasted; `{others}`: a login with the scopes that may be
   * granted.
   */
  readonly say: string
}

interface ByCode {
  readonly description?: never
  /** Who refuses is a rule or an administrator, also where the error is one by which a person could have refused. */
  readonly notByPerson?: true
  /** It is a matter of settings or of the registration, which no second try fixes, whatever the error is called. */
  readonly isLasting?: true
  /** The refresh token or the session is dead: the sign-in has ended, whatever a renewal asked for. */
  readonly endsSession?: true
}

/** Texts for people about a provider, loaded when one is needed. */
interface PresetTexts {
  readonly hints: readonly Hint[]
  /** Steps for an administrator before `ls-auth login` works; the redirect URIs are shown with them. */
  readonly registration: readonly string[]
}

const STANDARD: PresetTexts = {
  hints: [],
  registration: [
    'Register a native (public) client: authorization code with PKCE, no client secret.',
    'Allow refresh tokens, and the device grant for --device.',
    'Register each redirect URI exactly as shown.',
  ],
}

const OKTA: readonly Hint[] = [
  {
    description: /redirect_uri.*(login redirect uri|whitelist)/i,
    say: 'Okta compares the redirect URI exactly. Add to "Sign-in redirect URIs" of the app: {redirect}',
  },
  {
    error: ['access_denied'],
    description: /policy evaluation failed|no_matching_policy/i,
    say: 'No access policy rule of the authorization server allows this request. Ask for a rule that allows this client {scopes}.',
  },
  {
    error: ['access_denied'],
    description: /not assigned/i,
    say: 'Your account is not assigned to the app {client}. Ask an Okta administrator to assign you or your group.',
  },
  {
    error: ['access_denied'],
    description: /client is inactive/i,
    say: 'The app {client} is deactivated. Ask an Okta administrator to activate it, or set another client_id.',
  },
  {
    error: ['invalid_scope'],
    description: /custom scopes are not allowed/i,
    say: 'The org authorization server has no custom scopes. Set issuer to a custom server, such as https://<domain>/oauth2/default, or remove the scopes.',
  },
  {
    error: ['invalid_scope'],
    say: 'The authorization server {issuer} does not define one of the scopes. Create it there, or remove it from scopes.',
  },
  {
    error: ['invalid_client'],
    description: /browser requests/i,
    say: 'A proxy between ls-auth and Okta adds an Origin header. Check the HTTP proxy.',
  },
  {
    error: ['invalid_client'],
    say: 'Check client_id ({client}). If it is right, the app expects a client secret. Use a "Native Application" in Okta, with client authentication "None".',
  },
  {
    error: ['unmet_authentication_requirements'],
    notByPerson: true,
    say: "You cannot reach the requested sign-in level (--acr). The app's policy does not offer it, or you haven't enrolled the factors. Ask an Okta administrator.",
  },
  {
    error: ['server_error'],
    description: /group/i,
    say: 'The groups claim matches more than 100 groups, which Okta rejects. Ask an Okta administrator for a narrower filter.',
  },
  {
    error: ['invalid_request'],
    description: /pkce/i,
    say: 'Okta requires PKCE for this app and did not see it. Check the HTTP proxy, which may change the request.',
  },
  {
    description: /E0000015/,
    say: 'This Okta organization has no API Access Management and so no custom authorization servers. Set issuer to the organization: https://<domain>.',
  },
  {
    where: 'device',
    error: ['unauthorized_client', 'unsupported_grant_type', 'invalid_grant'],
    say: 'Tick "Device Authorization" among the grants of the app, and in the access policy rule of the authorization server.',
  },
]

/** Clouds of their own, with tenants of their own. */
const OTHER_CLOUD = /^https:\/\/login\.(microsoftonline\.us|partner\.microsoftonline\.cn)\//i

const CONSENT = [65001, 90094, 90095, 650056]

const ENTRA: readonly Hint[] = [
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

const COGNITO: readonly Hint[] = [
  {
    where: 'revocation',
    error: ['invalid_request', 'unsupported_token_type'],
    isLasting: true,
    say: 'Enable token revocation for the app client {client} (EnableTokenRevocation). Or turn revocation off in the profile: revoke = []',
  },
  {
    where: 'discovery',
    issuer: /^https:\/\/[^/]*\.amazoncognito\.com/i,
    say: 'This is the sign-in domain, not the issuer. Use https://cognito-idp.<region>.amazonaws.com/<user pool id>.',
  },
  {
    where: 'discovery',
    error: ['no-endpoint'],
    say: 'The user pool has no domain yet, so it has no sign-in pages. Add a domain: User pool > Branding > Domain.',
  },
  {
    error: ['redirect_mismatch'],
    say: 'Cognito compares the callback URL exactly. Add to "Allowed callback URLs" of the app client: {redirect}',
  },
  {
    error: ['invalid_scope'],
    say: 'The app client does not allow one of the scopes. Cognito has no offline_access. Custom scopes look like <resource server>/<scope>. Requested: {scopes}',
  },
  {
    where: 'token',
    error: ['invalid_grant'],
    say: 'Your sign-in has ended, or the app client lacks read access to an attribute. Sign in again. If that fails, remove email and profile from scopes.',
  },
  {
    error: ['unauthorized_client'],
    say: 'The app client {client} is not allowed to use this grant. Allow "Authorization code grant" and refresh tokens in its login pages settings.',
  },
  {
    error: ['invalid_client'],
    say: 'The client id is wrong for this pool, or the app client has a secret. Create an app client of the type "Single-page or mobile", without a secret. Or set client_auth = "client_secret_basic" in the profile.',
  },
]

const NO_CLIENT =
  'Google does not know the client {client}. Check client_id, or create a "Desktop app" client and put its id and client_secret into config.toml.'

const ENDED =
  'Your sign-in has ended. Google ends it after seven days while the consent screen is in "Testing", so publish it. Run: ls-auth login'

const ASSIGN =
  'A Keycloak client can only request scopes assigned to it. Requested: {scopes}. Assign the missing ones: Clients > {client} > Client scopes > Add client scope, Optional.'

/** By the name of the provider in a profile, where they differ from {@link STANDARD}. */
const PRESET_TEXTS: Readonly<Partial<Record<ProviderId, PresetTexts>>> = {
  okta: {
    hints: OKTA,
    registration: [
      'Applications > Create App Integration > OIDC > Native Application; grants: Authorization Code, Refresh Token and, for --device, Device Authorization.',
      'Add each redirect URI to "Sign-in redirect URIs", assign the people, and give the authorization server an access policy rule for this client.',
      'Groups: add a claim "groups" (filter) to the access token; if it matches more than 100 groups, the sign-in fails.',
    ],
  },
  'okta-org': {
    hints: [
      {
        error: ['opaque-token'],
        say: 'An access token of the org authorization server is only for Okta. Use the ID token (use_token = "id"), or a custom authorization server as issuer.',
      },
      ...OKTA,
    ],
    registration: [
      'Applications > Create App Integration > OIDC > Native Application; grants: Authorization Code, Refresh Token and, for --device, Device Authorization.',
      'Add each redirect URI to "Sign-in redirect URIs" and assign the people.',
      'Groups: only in the ID token, with a groups claim filter on the app and the scope "groups". For custom scopes use a custom authorization server.',
    ],
  },
  entra: {
    hints: ENTRA,
    registration: [
      'App registrations > Authentication > add platform "Mobile and desktop applications" with the redirect URI shown; set "Allow public client flows" to Yes.',
      'Expose an API with a scope, grant it to the client, and ask for it: scopes = [..., "api://<id>/traces.read"]. In the token, aud is that API\'s GUID. Set requestedAccessTokenVersion: 2 in its manifest. Otherwise iss differs.',
      'Groups: Token configuration > add groups claim. Entra omits more than 200 groups, so assign groups to the app or use app roles.',
    ],
  },
  cognito: {
    hints: COGNITO,
    registration: [
      'User pool > App clients > create one without a secret; login pages: grant "Authorization code", scopes openid, profile, email and those of your resource server.',
      'Add each redirect URI to "Allowed callback URLs", and give the pool a domain.',
      'Groups come as cognito:groups. Access tokens have no audience: use client in expect. Only audience_style = "resource" with a URI adds one (plans Essentials and Plus).',
    ],
  },
  google: {
    hints: [
      {
        description: /client_secret is missing/i,
        say: 'Google requires the non-confidential secret of desktop clients. Put it into the profile in config.toml, client_secret = "…", without client_auth.',
      },
      {
        error: ['redirect_uri_mismatch'],
        say: 'The client {client} is not a "Desktop app". Create a client of that type. It needs no redirect URI.',
      },
      {
        error: ['invalid_client'],
        description: /client secret is invalid|^unauthorized$/i,
        say: 'The client_secret in config.toml is wrong for the client {client}. Copy the current secret from Google Cloud console > APIs & Services > Credentials.',
      },
      {
        error: ['deleted_client'],
        isLasting: true,
        say: NO_CLIENT,
      },
      {
        error: ['invalid_client'],
        description: /client was (deleted|not found)/i,
        say: NO_CLIENT,
      },
      {
        where: 'device',
        error: ['invalid_client'],
        say: '--device needs a client of the type "TVs and Limited Input devices". Use that type, or sign in with the browser.',
      },
      {
        error: ['access_denied', 'org_internal', 'admin_policy_enforced'],
        say: 'You declined, or the consent screen is for another organization, or an administrator blocks the app {client}.',
      },
      {
        error: ['invalid_scope'],
        say: 'Google has no offline_access and no custom scopes. Use scopes = ["openid", "profile", "email"].',
      },
      // Also sent where a scope wants the person seen again (invalid_rapt).
      { where: 'token', error: ['invalid_grant'], say: ENDED },
    ],
    registration: [
      'Google Cloud console > APIs & Services > Credentials > OAuth client ID of the type "Desktop app"; it needs no redirect URI.',
      'Its secret is not confidential. Put it into config.toml, client_secret = "…", or type it at ls-auth login. Publish the consent screen, or sign-ins end after seven days.',
      'Google tokens have no groups. Gate on the audience (the client id) and the tenant (hd).',
    ],
  },
  auth0: {
    hints: [
      {
        description: /callback url mismatch/i,
        say: 'Auth0 compares the callback URL exactly. Add to "Allowed Callback URLs" of the application: {redirect}',
      },
      {
        // The device endpoint sends invalid_request.
        error: ['access_denied', 'invalid_request'],
        description: /service not found/i,
        say: 'No API in this tenant has this audience as its identifier. Look under Applications > APIs. A trailing slash counts.',
      },
      {
        error: ['access_denied'],
        description: /is not part of the \S+ organization/i,
        say: 'Your account is not a member of the organization. Ask to be added, or use another account: ls-auth login --prompt login',
      },
      {
        // Sent as access_denied or as invalid_request.
        description: /is not authorized to access resource server/i,
        say: 'The application {client} is not allowed to use this API. Allow it: Applications > APIs > the API > Application Access.',
      },
      {
        error: ['unauthorized'],
        notByPerson: true,
        say: 'Your account is blocked. Ask an Auth0 administrator to unblock it.',
      },
      {
        error: ['mfa_required'],
        say: 'Auth0 requires a second factor, so you must sign in again. Run: ls-auth login',
      },
      {
        where: 'device',
        error: ['invalid_request'],
        description: /parameter organization is required/i,
        say: 'The application {client} requires an organization, which the device flow cannot send. Sign in with a browser, without --device.',
      },
      {
        error: ['invalid_request'],
        description: /parameter organization is required/i,
        say: 'The application {client} requires an organization. Sign in with its id: --authorization-parameter organization=org_…',
      },
      {
        error: ['unauthorized_client'],
        description: /grant type/i,
        say: 'Tick the grant (Authorization Code, Refresh Token, Device Code) under Advanced Settings > Grant Types of the application {client}.',
      },
      {
        error: ['no-refresh-token'],
        say: 'Switch on "Allow Offline Access" in the settings of the API, and keep offline_access in scopes.',
      },
      {
        error: ['opaque-token'],
        say: 'Without an audience the token is only for Auth0. Set audience to the identifier of your API.',
      },
      {
        where: 'device',
        error: ['invalid_grant', 'expired_token'],
        say: 'The code has expired or was already used. Run ls-auth login again.',
      },
      {
        where: 'discovery',
        error: ['issuer-mismatch'],
        say: 'An Auth0 issuer is your sign-in domain with a trailing slash: https://<tenant>.<region>.auth0.com/',
      },
    ],
    registration: [
      'Applications > create a Native application (authentication method None); Grant Types: Authorization Code, Refresh Token and, for --device, Device Code.',
      'Add each redirect URI to "Allowed Callback URLs". Sign-ins on loopback show one more confirmation page, which is normal.',
      'APIs > create an API, switch on "Allow Offline Access", and set audience to its identifier. Add groups in an Action under a URL of your own.',
    ],
  },
  keycloak: {
    hints: [
      {
        description: /redirect_uri/i,
        say: 'Add to "Valid redirect URIs" of the client {client}: {redirect}',
      },
      {
        // The device endpoint says "Client is not allowed", the token endpoint "Client not allowed".
        description: /client (is )?not allowed.*device/i,
        say: 'Turn on "OAuth 2.0 Device Authorization Grant" in the settings of the client {client}.',
      },
      {
        description: /standard flow is disabled/i,
        say: 'Turn on "Standard flow" of the client {client}.',
      },
      {
        where: 'device',
        error: ['invalid_grant'],
        say: 'The code has expired or was already used. Run ls-auth login again.',
      },
      {
        error: ['unauthorized_client', 'invalid_client'],
        say: 'Keycloak expects a secret from the client {client}, or does not know the client. Turn "Client authentication" off.',
      },
      {
        error: ['invalid_scope'],
        description: /^invalid scopes?\b.*\boffline_access\b/i,
        say: `${ASSIGN} Without offline_access: ls-auth login --scopes {online}`,
      },
      { error: ['invalid_scope'], description: /^invalid scopes?\b/i, say: ASSIGN },
      {
        error: ['not_allowed'],
        isLasting: true,
        say: 'You or the client are not allowed to have offline tokens. Grant the role offline_access, or remove offline_access from scopes.',
      },
      {
        where: 'token',
        error: ['invalid_grant'],
        endsSession: true,
        say: 'The session at Keycloak has ended (time limit, sign-out, or a code or refresh token used twice). Run: ls-auth login',
      },
      {
        error: ['invalid_request'],
        description: /^DPoP HTTP URL mismatch/,
        say: 'Keycloak sees another address than yours. Set its "hostname" to the public URL. Behind a proxy also set "proxy-headers" and forward the host with its port.',
      },
      {
        error: ['invalid_request'],
        description: /^DPoP proof is missing/,
        say: 'The client {client} requires DPoP: ls-auth profile set dpop true',
      },
      // It never says invalid_dpop_proof of a proof that was sent.
      {
        error: ['invalid_request'],
        description: /\bDPoP\b/,
        say: 'Check the clock of this machine: ls-auth doctor. If it is right, ask whoever runs Keycloak.',
      },
      {
        error: ['temporarily_unavailable'],
        description: /authentication_expired/,
        say: 'The sign-in page expired because you signed in in another tab. Run: ls-auth login',
      },
      {
        error: ['issuer-missing'],
        say: 'The switch "Exclude Issuer From Authentication Response" of the client {client} must be off (Advanced, OpenID Connect Compatibility Modes).',
      },
      {
        where: 'discovery',
        error: ['issuer-mismatch'],
        say: 'Keycloak uses the address of the request as its issuer. Set its "hostname" to the public URL, and use exactly that URL as issuer.',
      },
    ],
    registration: [
      'Clients > create an OpenID Connect client, "Client authentication" off, "Standard flow" on and, for --device, "OAuth 2.0 Device Authorization Grant" on; PKCE method S256.',
      'Add the redirect URI without a port to "Valid redirect URIs".',
      'Add a client scope with an Audience mapper for the API and, for groups, a Group Membership mapper with the claim name "groups".',
    ],
  },
  dex: {
    hints: [
      {
        error: ['invalid_scope'],
        description: /audience:server:client_id:/i,
        say: "In Dex, add {client} to trustedPeers of the audience's client. Or use another audience: ls-auth login --audience NAME",
      },
      {
        description: /unregistered redirect_uri/i,
        say: 'Add {redirect} to redirectURIs of the client {client}, or remove redirectURIs. A public client can then use any loopback port.',
      },
      {
        error: ['invalid_request', 'invalid_grant'],
        description: /refresh token/i,
        say: 'The refresh token was used elsewhere or has expired. Run: ls-auth login',
      },
      {
        where: 'device',
        error: ['invalid_request'],
        description: /device code/i,
        say: 'The code has expired or was already used. Run ls-auth login again.',
      },
      {
        error: ['unsupported_grant_type'],
        say: 'The Dex setting oauth2.grantTypes lacks this grant. For --device add urn:ietf:params:oauth:grant-type:device_code.',
      },
    ],
    registration: [
      'Add to staticClients: id, name and "public: true", without a secret and without redirectURIs. Then any loopback port and --device work. With redirectURIs, add /device/callback too.',
      'For an API with a client of its own, list ls-auth in its trustedPeers and set audience to its id.',
      'Groups need a connector that supports them.',
    ],
  },
  pingone: {
    hints: [
      {
        error: ['invalid_scope'],
        say: 'Grant the scopes ({scopes}) to the application under Resources, including offline_access. They may belong to only one custom resource.',
      },
      {
        error: ['no-refresh-token'],
        say: 'Tick the grant "Refresh Token" of the application {client}. Grant it offline_access under Resources, and keep that in scopes.',
      },
    ],
    registration: [
      'Applications > add a Native application: response type Code, PKCE S256 required, token auth method None. Grants: Authorization Code, Refresh Token and, for --device, Device Authorization.',
      "Add each redirect URI. Under Resources grant your resource's scopes and profile, email and offline_access. Without offline_access you get no refresh token.",
      'Groups: map an attribute named "groups" to the group names on the resource.',
    ],
  },
  onelogin: {
    hints: [
      {
        error: ['invalid_client'],
        say: 'Set "Token Endpoint" of the app {client} to "None (PKCE)": ls-auth sends no secret.',
      },
      {
        error: ['redirect_uri_mismatch', 'invalid_redirect_uri'],
        say: 'Add to "Redirect URIs" of the app: {redirect}',
      },
    ],
    registration: [
      'Applications > add "OpenId Connect (OIDC)", application type Native, Token Endpoint "None (PKCE)".',
      'Add each redirect URI, and assign the app to the people or a role.',
      'Groups: ask for the scope "groups" and map the parameter Groups.',
    ],
  },
  jumpcloud: {
    hints: [
      {
        error: ['no-refresh-token', 'unsupported_grant_type'],
        say: 'Tick the grant "Refresh Token" in the SSO tab of the app {client}.',
      },
      {
        error: ['invalid_client'],
        say: 'Set "Client Authentication Type" of the app {client} to "Public (None PKCE)".',
      },
    ],
    registration: [
      'SSO Applications > Custom Application > OIDC; Client Authentication Type "Public (None PKCE)"; tick the grant Refresh Token.',
      'Add each redirect URI, and bind the app to the user groups.',
      'Groups: tick "include group attribute" and name it "groups".',
    ],
  },
  'aws-iam': {
    hints: [
      {
        description: /OutboundWebIdentityFederationDisabled/i,
        say: 'Outbound federation is disabled for this account. Ask for iam:EnableOutboundWebIdentityFederation.',
      },
      {
        description: /incorrect token audience/i,
        say: 'AWS compares the audience with the client ids of its identity provider entry. Add {client} there, and use the ID token.',
      },
      {
        description: /couldn.t retrieve verification key/i,
        say: 'AWS could not fetch the keys of {issuer}: it must be reachable over public https.',
      },
    ],
    registration: [
      'Enable outbound web identity federation for the account (iam:EnableOutboundWebIdentityFederation). The account then has its own issuer.',
      'Allow the role sts:GetWebIdentityToken for the audience of your gateway.',
      'Let the gateway trust that issuer and audience, and the ARN in sub.',
    ],
  },
  'github-actions': {
    hints: [],
    registration: [
      'Give the job "permissions: id-token: write".',
      'Let the gateway trust the issuer and your audience, and check sub. Newer repositories have numeric ids in it (repo:OWNER@ID/REPO@ID:ref:…).',
    ],
  },
  'aws-identity-center': {
    hints: [
      {
        say: 'IAM Identity Center issues no ID tokens to other programs. Sign in with the provider behind it (Okta, Entra, Cognito …). For programs use provider = "aws-iam".',
      },
    ],
    registration: [
      'IAM Identity Center is not an OpenID Connect provider, so people cannot sign in with it.',
      'Register ls-auth with the identity provider behind it. For programs on AWS use provider = "aws-iam".',
    ],
  },
}

/** The texts of a provider; of an unknown one the usual ones. */
export const textsOf = (id: string): PresetTexts => (isProviderId(id) && PRESET_TEXTS[id]) || STANDARD

/** What an administrator does there before `ls-auth login` works. */
export const registrationSteps = ({ id }: Preset): readonly string[] => textsOf(id).registration
