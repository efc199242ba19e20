import { challenge, type FailureRow, refusedBy, signedIn } from './row.ts'

/** The API or its gateway refuses. */
export const DENIED: readonly FailureRow[] = [
  {
    name: 'a scope is missing',
    arrange: (place) => signedIn(place, { without: ['scopes'] }),
    line: 'ls-auth services --profile work',
    exit: 11,
    cured: true,
  },
  {
    name: 'a group is missing',
    arrange: refusedBy(
      403,
      challenge('error="insufficient_scope", error_description="the token lacks the group sre"'),
    ),
    line: 'ls-auth services --profile work',
    exit: 11,
  },
  {
    name: 'the token is for another audience',
    arrange: refusedBy(401, challenge('error="invalid_token", error_description="wrong audience"')),
    line: 'ls-auth services --profile work',
    exit: 11,
  },
  {
    name: 'the token has expired, says the gateway',
    arrange: refusedBy(401, challenge('error="invalid_token", error_description="the token has expired"')),
    line: 'ls-auth services --profile work',
    exit: 11,
  },
  {
    name: 'another sign-in is wanted',
    arrange: refusedBy(401, challenge('error="insufficient_user_authentication", acr_values="mfa"')),
    line: 'ls-auth services --profile work',
    exit: 3,
  },
  {
    name: 'the gateway’s own key is refused',
    arrange: refusedBy(
      401,
      challenge('error_description="the trace back end refused the key of the gateway"'),
    ),
    line: 'ls-auth services --profile work',
    exit: 11,
    noCommand: true,
  },
  {
    name: 'a sign-in page instead of traces',
    arrange: refusedBy(302, { location: 'https://id.example/' }),
    line: 'ls-auth services --profile work',
    exit: 3,
  },
  {
    name: 'an API that wants a token and got none',
    line: ({ stage }) => `ls-auth services --api ${stage.gateway.url} --organization acme --project prod`,
    exit: 11,
    // The address that was typed; without a terminal `login` wants --yes, and this gateway publishes no settings.
    exits: [0, 2, 7],
  },
  {
    name: 'LS_AUTH_TOKEN is refused',
    arrange: async (place) => {
      await refusedBy(
        401,
        challenge('error="invalid_token", error_description="the token has expired"'),
      )(place)
      place.world.variables.LS_AUTH_TOKEN = 'opaque'
    },
    line: 'ls-auth services --profile work',
    exit: 3,
  },
]
