/** Errors about the proof of a key (RFC 9449 §5, §8): neither code nor token was looked at. */
export const PROOF_ERRORS: ReadonlyMap<string, { readonly message: string; readonly hint: string }> = new Map(
  [
    [
      'use_dpop_nonce',
      {
        message: 'the provider asks for a new DPoP nonce every time',
        hint: 'Try again. If it keeps failing, ask whoever runs the identity provider.',
      },
    ],
    [
      'invalid_dpop_proof',
      {
        message: 'the provider rejected the DPoP proof',
        hint: "Check the clock of this machine: ls-auth doctor. If it's right, ask whoever runs the identity provider.",
      },
    ],
  ],
)

/** Of either error, where no proof was sent. */
export const PROOF_WANTED = {
  message: 'the provider requires DPoP for this client',
  hint: 'Turn DPoP on: ls-auth login --dpop true',
} as const
