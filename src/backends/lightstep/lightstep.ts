import { Failure, NetworkFailure } from '../../errors.ts'
import type { Backend, Place } from '../backend.ts'

const PROJECT = '/public/v0.2/:organization/projects/:project'

/** Lightstep's public API v0.2, below one project of one organization. */
export const lightstep = {
  id: 'lightstep',
  name: 'Lightstep',
  needs: ['organization', 'project'],
  takes: [],
  defaultApi: 'https://api.lightstep.com',
  queryLanguage: 'UQL',
  flags: [{ flag: '--snapshot', help: 'may spend 2 to 7 of 60 requests an hour' }],
  // Without POST …/snapshots, which starts a collection of spans. To look at one is reading, though it is counted as well.
  readRoutes: [
    { method: 'GET', path: PROJECT },
    { method: 'GET', path: `${PROJECT}/stored-traces` },
    { method: 'GET', path: `${PROJECT}/directory/services` },
    { method: 'GET', path: `${PROJECT}/snapshots/:id` },
    { method: 'POST', path: `${PROJECT}/telemetry/attributes` },
    { method: 'POST', path: `${PROJECT}/telemetry/query_timeseries` },
  ],
  capabilities: {
    trace: true,
    search: true,
    follow: {
      why: 'its API returns example spans, not every new trace',
      instead: 'Repeat the search without --follow.',
    },
    services: true,
    attributes: true,
    query: true,
  },
  explain,
} as const satisfies Backend

/** The path of a project, the prefix of all others. Failure `settings` for names Lightstep cannot have. */
export function projectPath({ organization, project }: Place): string {
  return `/public/v0.2/${segment('organization', organization)}/projects/${segment('project', project)}`
}

/** A path segment. `.` and `..` survive percent-encoding, so they would be a path traversal out of the organization. */
function segment(what: 'organization' | 'project', name = ''): string {
  if (name === '' || name === '.' || name === '..') {
    throw new Failure('settings', `${what} "${name}" is not a valid Lightstep name`, {
      hint: `Set ${what} in the profile; see ls-auth profile show.`,
    })
  }
  return encodeURIComponent(name)
}

/** Why a tenant may be gone. Lightstep answers for it as for a wrong name or key. */
export const END_OF_LIFE = 'Lightstep ended on 1 March 2026 or with the contract'

/**
 * Adds that the service may have ended: a former tenant answers 410, but a former host looks like a broken network or an
 * expired certificate.
 */
function explain(failure: Failure, host: string): Failure {
  const { code, hint, message } = failure
  if (code === 'gone') {
    const words = message.replace('answered that this is gone', 'says this organization or project is gone')
    return failure.withWords(words, `${END_OF_LIFE}. ${hint}`)
  }
  if (!/(^|\.)lightstep\.com$/.test(host)) return failure
  const gone = `${END_OF_LIFE}; the service may be gone.`
  if (failure instanceof NetworkFailure) {
    return failure.sent ? failure : failure.withHint(`${gone} Otherwise check the network.`)
  }
  return code === 'refused' ? failure.withHint(`${gone} ${hint}`) : failure
}
