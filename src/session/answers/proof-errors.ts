/** Errors about the proof of a key (RFC 9449 §5, §8): neither code nor token was looked at. */
export const PROOF_ERRORS: ReadonlyMap<string, { readonly message: string; readonly hint: string }> = new Map(
  [
    [
      'use_dpop_nonce',
      {
        message: 'the provider asks for another DPoP nonce each time',
        hint: 'Try again; if it goes on, tell whoever runs the identity provider.',
      },
    ],
    [
      'invalid_dpop_proof',
      {
        message: 'the provider did not accept the proof of the key (DPoP)',
        hint: 'Check the clock of this machine: ls-auth doctor. If it is right, ask whoever runs the identity provider.',
      },
    ],
  ],
)

/** Of either error, where no proof was sent. */
export const PROOF_WANTED = {
  message: 'the provider wants tokens of this client bound to a key (DPoP), and no key was used',
  hint: 'This client must use DPoP: ls-auth login --dpop true',
} as const
