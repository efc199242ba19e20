import { openApi, type Send } from '../api/request.ts'
import { backendOf, explainFailure } from '../backends/table.ts'
import { type Profile, requireClient } from '../settings/profile.ts'
import { tokenSource } from './credentials.ts'
import type { Invocation } from './invocation.ts'

/** Sends requests to the API of a profile with the user's token (with none under `authorization = "none"`). */
export async function authorisedRequest(invocation: Invocation, profile: Profile): Promise<Send> {
  const row = backendOf(profile.backend)
  const destination = {
    base: profile.api,
    authorization: profile.authorization,
    http: await invocation.ports.http(profile.client.http),
    explain: (failure: Parameters<typeof explainFailure>[1], host: string) =>
      explainFailure(row, failure, host),
  }
  return openApi(
    destination,
    tokenSource(invocation, () => requireClient(profile)),
  )
}
