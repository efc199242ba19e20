/** The one person who signs in at every simulated provider. All of it is made up. */
export const ADA = {
  name: 'Ada Example',
  given: 'Ada',
  family: 'Example',
  login: 'ada',
  email: 'ada@acme.example',
} as const

/** Ports that a story registers instead of its own when the number does not matter. */
export const REGISTERED_PORT = 8765
