import { text } from 'node:stream/consumers'
import type { Context, InteractionDetails, Middleware, Provider } from 'oidc-provider'
import { consentPage, loginPage } from './pages.ts'
import { findPerson } from './people.ts'

/** Answers `/interaction/:uid`: the provider's own sign-in and consent pages, for people and for HTTP clients. */
export function interactionPages(provider: Provider, acrValues: readonly string[] = []): Middleware {
  return async (ctx, next) => {
    if (!/^\/interaction\/[^/]+$/.test(ctx.path)) return next()
    ctx.set('cache-control', 'no-store')
    let details: InteractionDetails
    try {
      details = await provider.interactionDetails(ctx.req, ctx.res)
    } catch {
      ctx.status = 400
      ctx.body = 'This sign-in has ended. Start again.'
      return
    }
    if (ctx.method !== 'POST') return show(ctx, details)
    const form = new URLSearchParams(await text(ctx.req))
    if (form.get('step') !== details.prompt.name) return show(ctx, details)
    if (form.get('decision') === 'deny') {
      return finish(provider, ctx, {
        error: 'access_denied',
        error_description: 'The user denied the request',
      })
    }
    if (details.prompt.name === 'consent') {
      return finish(provider, ctx, { consent: { grantId: await grant(provider, details) } })
    }
    const login = (form.get('login') ?? '').trim()
    if (!findPerson(login)) return show(ctx, details, 'There is no such user.')
    return finish(provider, ctx, { login: { accountId: login, ...wayOf(details, acrValues) } })
  }
}

/** The first way that was asked for and is known here, by `acr_values` or by `claims`; else the usual one, a password. */
function wayOf({ params }: InteractionDetails, known: readonly string[]): { acr?: string; amr?: string[] } {
  const { acr_values: values = '', claims = '{}' } = params as { acr_values?: string; claims?: string }
  const { value, values: more = [] } = JSON.parse(claims).id_token?.acr ?? {}
  const asked = [...values.split(' '), value, ...more].find((one) => known.includes(one))
  const [usual] = known
  if (usual === undefined) return {}
  return { acr: asked ?? usual, amr: asked === undefined || asked === usual ? ['pwd'] : ['pwd', 'otp'] }
}

function show(ctx: Context, details: InteractionDetails, problem?: string): void {
  const { prompt, params, session } = details
  const action = `/interaction/${details.uid}`
  ctx.status = problem ? 400 : 200
  ctx.type = 'html'
  if (prompt.name === 'login') {
    const hint = typeof params.login_hint === 'string' ? params.login_hint : ''
    ctx.body = loginPage({ action, client: params.client_id, hint, ...(problem && { problem }) })
    return
  }
  const scopes = [
    ...(prompt.details.missingOIDCScope ?? []),
    ...Object.values(prompt.details.missingResourceScopes ?? {}).flat(),
  ]
  const user = session?.accountId ?? ''
  ctx.body = consentPage({ action, client: params.client_id, user, scopes: [...new Set(scopes)] })
}

async function finish(provider: Provider, ctx: Context, result: Record<string, unknown>): Promise<void> {
  const returnTo = await provider.interactionResult(ctx.req, ctx.res, result, {
    mergeWithLastSubmission: !('login' in result),
  })
  ctx.status = 303
  ctx.redirect(returnTo)
}

/** A browser session that consented before keeps its grant; this mirrors the library's documented example. */
async function grant(provider: Provider, details: InteractionDetails): Promise<string> {
  const existing = details.grantId ? await provider.Grant.find(details.grantId) : undefined
  const accountId = details.session?.accountId ?? ''
  const granted = existing ?? new provider.Grant({ accountId, clientId: details.params.client_id })
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = details.prompt.details
  if (missingOIDCScope) granted.addOIDCScope(missingOIDCScope.join(' '))
  if (missingOIDCClaims) granted.addOIDCClaims(missingOIDCClaims)
  for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {})) {
    granted.addResourceScope(resource, scopes.join(' '))
  }
  return granted.save()
}
