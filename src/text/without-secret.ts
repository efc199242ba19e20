const WITH_SECRET =
  /^((?:https?:\/\/)?(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?\/)[\w-]{43}(?=\/|$)/i

/**
 * The address of an API for people and files, without the secret of a local proxy: the first part of a path on loopback that
 * is as long as that secret is taken for one, whatever it is. The text need not be a URL.
 */
export const withoutSecret = (address: string): string => address.replace(WITH_SECRET, '$1…')
