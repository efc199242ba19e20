/** The part of oidc-provider that the test world uses; the package ships no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

  export interface Context {
    req: IncomingMessage
    res: ServerResponse
    path: string
    method: string
    status: number
    type: string
    body: unknown
    host: string
    response: { get(name: string): string }
    set(name: string, value: string): void
    redirect(url: string): void
    oidc: {
      route: string
      client?: { clientId: string; clientName?: string }
      params?: Record<string, unknown>
      /** What a grant was made of, by kind. */
      entities?: Record<string, { acr?: string; amr?: string[]; authTime?: number } | undefined>
    }
  }

  export type Middleware = (ctx: Context, next: () => Promise<void>) => Promise<void> | void

  export interface Grant {
    addOIDCScope(scope: string): void
    addOIDCClaims(claims: string[]): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  export interface InteractionDetails {
    uid: string
    prompt: {
      name: string
      details: {
        missingOIDCScope?: string[]
        missingOIDCClaims?: string[]
        missingResourceScopes?: Record<string, string[]>
      }
    }
    params: Record<string, unknown> & { client_id: string }
    session?: { accountId: string }
    grantId?: string
  }

  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>)
    Grant: {
      new (seed: { accountId: string; clientId: string }): Grant
      find(id: string): Promise<Grant | undefined>
    }
    ClientCredentials: new (seed: {
      client: unknown
      scope: string | undefined
    }) => { resourceServer: unknown; readonly expiration: number; save(): Promise<string> }
    ResourceServer: new (
      identifier: string,
      facts: Record<string, unknown>,
    ) => unknown
    registerGrantType(name: string, handler: (ctx: Context) => Promise<void>, parameters: string[]): void
    use(middleware: Middleware): this
    callback(): RequestListener
    on(event: string, listener: (...values: never[]) => void): this
    interactionDetails(req: IncomingMessage, res: ServerResponse): Promise<InteractionDetails>
    interactionResult(
      req: IncomingMessage,
      res: ServerResponse,
      result: Record<string, unknown>,
      options?: { mergeWithLastSubmission?: boolean },
    ): Promise<string>
  }
}
