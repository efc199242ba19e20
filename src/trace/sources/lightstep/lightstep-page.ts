import { Failure } from '../../../errors.ts'
import { safeText } from '../../../text/safe-text.ts'
import { shellWord } from '../../../text/shell-word.ts'
import type { TraceReference } from '../../id.ts'
import type { LightstepSettings } from './lightstep-api.ts'

/** Each region's UI, by its API (docs: EU data center). An organization lives in exactly one region. */
export const UI_OF_API: Readonly<Record<string, string>> = {
  'api.lightstep.com': 'https://app.lightstep.com',
  'api.eu.lightstep.com': 'https://app.eu.lightstep.com',
}

/**
 * Failure `cannot-do` for a span that an address names in another project or region than these: it is not there, and a snapshot
 * would be spent in vain. To look elsewhere is for the person to say.
 */
export function requireSamePlace(
  { page }: TraceReference,
  { project, apiHost = '' }: LightstepSettings,
): void {
  if (page === undefined || !Object.values(UI_OF_API).includes(`https://${page.host}`)) return
  if (page.project !== project) {
    const [theirs, ours] = [page.project, project].map((name) => safeText(name, 80))
    const name = shellWord(safeText(page.project, 80))
    throw new Failure('cannot-do', `this address is of the project ${theirs}, and this run asks ${ours}`, {
      hint: `The project is a setting: look there with --project ${name}`,
      detail: [
        `to compare traces of two projects, save one: ls-auth trace get ID --project ${name} --json > FILE`,
      ],
    })
  }
  const ui = UI_OF_API[apiHost]
  if (ui === undefined || ui === `https://${page.host}`) return
  const [api] = Object.entries(UI_OF_API).find(([, one]) => one === `https://${page.host}`) ?? []
  throw new Failure('cannot-do', `this address is of ${page.host}, and this run asks ${apiHost}`, {
    hint: `An organization lives in one region. Use the profile whose api is https://${api}: --profile NAME`,
  })
}
