import { isObject } from '../../../json-object.ts'
import { listInAnswer } from '../list-in-answer.ts'
import { type LightstepProject, unknownProject } from './lightstep-api.ts'

const PAGE = 100
/** Stops at a server that repeats itself for ever: no organization has so many services. */
const MOST_PAGES = 200

/**
 * Names from `GET …/directory/services`, page by page, sorted. A page without a new name ends the pagination: whether
 * the API honours `offset` beyond its end is not documented.
 */
export async function lightstepServices(project: LightstepProject): Promise<string[]> {
  const names = new Set<string>()
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = { limit: String(PAGE), offset: String(page * PAGE) }
    const answer = await project.ask({ path: 'directory/services', query })
    if (answer.status === 404 && page === 0) throw unknownProject(project.settings, answer)
    if (answer.status === 404) break
    const found = namesIn(answer.json())
    const before = names.size
    for (const name of found) names.add(name)
    if (found.length < PAGE || names.size === before) break
  }
  return [...names].sort()
}

/** `{"data":{"items":[{"attributes":{"name":"…"}}]}}`; `data` as the list itself is read as well. */
function namesIn(body: unknown): string[] {
  const data = isObject(body) ? body.data : undefined
  const items = listInAnswer(isObject(data) ? data : body, isObject(data) ? ['items'] : ['data'], 'Lightstep')
  return items.flatMap((item) => {
    const attributes = isObject(item) ? item.attributes : undefined
    const name = isObject(attributes) ? attributes.name : undefined
    return typeof name === 'string' ? [name] : []
  })
}
