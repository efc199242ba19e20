import { Failure } from '../../errors.ts'

/** Failure `api-failed`: whoever runs the API has made a mistake. */
export const broken = (what: string): Failure =>
  new Failure('api-failed', `what the API says about signing in ${what}`, {
    hint: 'Nothing was saved. Ask whoever runs the API to correct it (RFC 9728).',
  })

/** Failure `refused`: a mistake, or somebody who means harm. */
export const unsafe = (what: string, detail: readonly string[] = []): Failure =>
  new Failure('refused', `what the API says about signing in ${what}`, {
    detail,
    hint: 'Nothing was saved. Ask whoever runs the API before you go on.',
  })
