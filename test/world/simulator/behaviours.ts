import type { Behaviour } from './behaviour.ts'
import { auth0 } from './behaviours/auth0.ts'
import { cognito } from './behaviours/cognito.ts'
import { dex } from './behaviours/dex.ts'
import { entra } from './behaviours/entra.ts'
import { google } from './behaviours/google.ts'
import { keycloak } from './behaviours/keycloak.ts'
import { okta } from './behaviours/okta.ts'

/** Each provider as its makers document it, with the settings they suggest for a program on a laptop. */
export const BEHAVIOURS: readonly Behaviour[] = [okta, entra, cognito, google, auth0, keycloak, dex]
