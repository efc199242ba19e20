import { jaeger } from '../../../backends/jaeger.ts'
import { Failure } from '../../../errors.ts'
import { listInAnswer } from '../list-in-answer.ts'
import type { Send } from '../trace-source.ts'
import { requireNoError } from './jaeger-error.ts'
import { askV3 } from './jaeger-v3.ts'

/** The services that Jaeger knows, by v3 of its API, else by v2. Failure `api-failed`: there is no Jaeger. */
export async function jaegerServices(send: Send): Promise<string[]> {
  const services = await servicesAnswered(send)
  if (services === undefined) throw noJaeger()
  return services
}

/** Whether Jaeger's API is here. Throws what is in the way of an answer. */
export const isJaeger = async (send: Send): Promise<boolean> => (await servicesAnswered(send)) !== undefined

async function servicesAnswered(send: Send): Promise<string[] | undefined> {
  const v3 = await askV3(send, { path: '/api/v3/services' })
  if (v3?.failure) throw v3.failure
  const answer = v3 ?? (await send({ path: '/api/services' }))
  if (answer.status === 404) return undefined
  const body = answer.json()
  const names = listInAnswer(body, ['services', 'data'], jaeger.name)
  if (names.length === 0) requireNoError(body)
  return names.filter((name): name is string => typeof name === 'string').sort()
}

/** Another program answers at this address. */
export const noJaeger = (): Failure =>
  new Failure('api-failed', 'there is no Jaeger API at this address', {
    hint: "Check that api is the base URL of Jaeger's query service, with its base path.",
  })
