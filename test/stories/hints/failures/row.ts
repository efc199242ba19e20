import type { Place } from '../place.ts'

/** A way to make a command fail, and what its hint is good for. */
export interface FailureRow {
  readonly name: string
  /** What the machine is like. */
  readonly arrange?: (place: Place) => Promise<unknown> | unknown
  readonly line: string | ((place: Place) => string)
  readonly exit: number
  /** What a person writes in place of NAME and the like, where it is not the usual. */
  readonly values?: (place: Place) => Readonly<Record<string, string>>
  /** What else the hint tells to do before its command, or what heals by itself. */
  readonly meanwhile?: (place: Place) => unknown
  /** Exit statuses of the hint's commands; 0 alone when absent. */
  readonly exits?: readonly number[]
  /** After the hint's commands the line works, or this one does. Absent: the hint promises no cure. */
  readonly cured?: true | string
  /** The part of the line that failed: no command that the hint names has it. */
  readonly failing?: string
  /** The hint names no command: nothing that could be typed would help. */
  readonly noCommand?: true
}

/** `work`, and `other` as the default: a hint that loses `--profile work` leads elsewhere. */
export const two = (place: Place, options?: Parameters<Place['profile']>[1]) =>
  place.world.writeConfig(
    `default_profile = "other"\n${place.profile('work', options)}${place.profile('other', { lines: 'account = "other"' })}`,
  )
export const signedIn = async (place: Place, options?: Parameters<Place['profile']>[1]) => {
  await two(place, options)
  const { exit, stderr } = await place.world.type('ls-auth login --profile work')
  if (exit !== 0) throw new Error(stderr)
}
export const one = (place: Place, options?: Parameters<Place['profile']>[1]) =>
  place.world.writeConfig(place.profile('work', options))
export const refusedBy = (status: number, headers: Record<string, string>) => async (place: Place) => {
  const api = await place.answering((_, response) => response.writeHead(status, headers).end())
  await signedIn(place, { without: ['api'], lines: `api = "${api}"` })
}
export const challenge = (text: string) => ({ 'www-authenticate': `Bearer ${text}` })
