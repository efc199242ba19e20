import type { Attempt } from './attempt.ts'

/** Whether a code can be confirmed on another device. */
export const offersDevice = ({ client, provider }: Pick<Attempt<unknown>, 'client' | 'provider'>): boolean =>
  client.preset.device !== 'no' && typeof provider.metadata.device_authorization_endpoint === 'string'

/** The command that signs in without a browser on this machine, for hints. */
export const wayWithoutBrowser = (attempt: Attempt<unknown>): string =>
  `ls-auth login ${offersDevice(attempt) ? '--device' : '--paste'}`
