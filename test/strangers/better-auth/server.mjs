// A small server with Better Auth and its OAuth provider plug-in, as its documentation sets one up. Reads from the environment:
// PORT, PLACE (an own directory), REDIRECT (the redirect URI that is registered). What it knows is kept in PLACE/known.
import { existsSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { oauthDeviceAuthorization, oauthProvider } from '@better-auth/oauth-provider'
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { getAuthTables } from 'better-auth/db'
import { toNodeHandler } from 'better-auth/node'
import { jwt } from 'better-auth/plugins'

const { PORT, PLACE, REDIRECT } = process.env
const origin = `http://127.0.0.1:${PORT}`
const base = '/api/auth'
const API = 'https://traces.example'
const password = 'of this test alone'
const file = join(PLACE, 'known')

const options = {
  baseURL: origin,
  basePath: base,
  secret: 'of this test alone, and long enough for it',
  trustedOrigins: [origin],
  telemetry: { enabled: false },
  rateLimit: { enabled: false },
  emailAndPassword: { enabled: true },
  plugins: [
    jwt(),
    oauthProvider({
      loginPage: '/login',
      consentPage: '/consent',
      scopes: ['openid', 'profile', 'email', 'offline_access', 'traces:read'],
      resources: [API],
      clientRegistrationDefaultResources: [API],
      enforcePerClientResources: false,
      accessTokenExpiresIn: 60,
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
    oauthDeviceAuthorization({ verificationUri: `${origin}/device`, interval: '1s' }),
  ],
}
const tables = Object.values(getAuthTables(options)).map(({ modelName }) => [modelName, []])
const known = existsSync(file) ? deserialize(readFileSync(file)) : Object.fromEntries(tables)
const auth = betterAuth({ ...options, database: memoryAdapter(known) })
const keep = () => {
  writeFileSync(`${file}.new`, serialize(known), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

if (!existsSync(file)) {
  let cookie = ''
  for (const name of ['alice', 'bob']) {
    const body = { name, email: `${name}@example.org`, password }
    const { headers } = await auth.api.signUpEmail({ body, returnHeaders: true })
    cookie = headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ')
  }
  const clients = {}
  for (const [name, skip_consent] of [
    ['trusted', true],
    ['asking', false],
  ]) {
    const client = await auth.api.adminCreateOAuthClient({
      headers: new Headers({ cookie }),
      body: {
        client_name: name,
        skip_consent,
        redirect_uris: [REDIRECT],
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        scope: 'openid profile email offline_access traces:read',
      },
    })
    clients[name] = client.client_id
  }
  writeFileSync(join(PLACE, 'clients.json'), JSON.stringify(clients))
  keep()
}

/** What a page of the application asks of Better Auth. Gives its answer, and hands its cookies on. */
async function ask(request, response, path, body) {
  const { cookie = '' } = request.headers
  const headers = { 'content-type': 'application/json', accept: 'application/json', origin, cookie }
  const method = body ? 'POST' : 'GET'
  const asked = new Request(`${origin}${base}${path}`, {
    method,
    headers,
    body: body && JSON.stringify(body),
  })
  const answer = await auth.handler(asked)
  const cookies = answer.headers.getSetCookie()
  if (cookies.length > 0) response.setHeader('set-cookie', cookies)
  return answer.json().catch(() => ({}))
}

const page = (response, html) => response.setHeader('content-type', 'text/html').end(html)
const goTo = (response, location) => response.writeHead(302, { location }).end()
const signInForm = '<form method="post"><input name="login"><button>Sign in</button></form>'
const consentForm =
  '<form method="post"><input type="hidden" name="step" value="consent"><button name="accept" value="yes">Allow</button><button name="accept" value="">Deny</button></form>'

async function formOf(request) {
  let text = ''
  for await (const part of request) text += part
  return Object.fromEntries(new URLSearchParams(text))
}

/** The pages that an application writes itself. */
async function pages(request, response, { pathname, search, searchParams }) {
  const form = request.method === 'POST' ? await formOf(request) : undefined
  const oauth_query = search.slice(1)
  if (pathname === '/login') {
    if (!form) return page(response, signInForm)
    const email = `${form.login}@example.org`
    const back = searchParams.get('back')
    const body = { email, password, ...(back === null && { oauth_query }) }
    const { url } = await ask(request, response, '/sign-in/email', body)
    return goTo(response, back ?? url)
  }
  if (pathname === '/consent') {
    if (!form) return page(response, consentForm)
    const { url } = await ask(request, response, '/oauth2/consent', {
      accept: form.accept === 'yes',
      oauth_query,
    })
    return goTo(response, url)
  }
  if (pathname === '/device') {
    if ((await ask(request, response, '/get-session'))?.user === undefined)
      return goTo(response, `/login?back=${encodeURIComponent(pathname + search)}`)
    if (!form)
      return page(response, '<form method="post"><input name="user_code"><button>Next</button></form>')
    if (form.accept === undefined) {
      await ask(request, response, `/device?user_code=${encodeURIComponent(form.user_code)}`)
      const code = `<input type="hidden" name="code" value="${form.user_code.replace(/\W/g, '')}">`
      return page(response, consentForm.replace('<button', `${code}<button`))
    }
    await ask(request, response, form.accept === 'yes' ? '/device/approve' : '/device/deny', {
      userCode: form.code,
    })
    return page(response, 'Done.')
  }
  response.writeHead(404).end()
}

const ofLibrary = toNodeHandler(auth)
createServer(async (request, response) => {
  const url = new URL(request.url, origin)
  // Whoever counts them sees each request before its answer.
  writeSync(1, `${request.method} ${url.pathname}\n`)
  response.once('finish', keep)
  if (url.pathname.startsWith(base)) return ofLibrary(request, response)
  await pages(request, response, url).catch((error) => {
    process.stdout.write(`${error.stack}\n`)
    response.writeHead(500).end()
  })
}).listen(Number(PORT), '127.0.0.1')
