import { type Invocation, tell } from '../invocation.ts'

/** Of values that masking changed: an agent is to leave it so. */
export const MASKED = {
  code: 'masked',
  text: 'masked values that look like secrets or personal data',
  forPerson: '; --show-sensitive shows them',
}

/** Says that something was masked, and a person how to see it: an agent is to leave it so. */
export function tellMasked(invocation: Invocation): void {
  const isForAgent = invocation.ports.terminal.isForAgent || invocation.options.output === 'agent'
  const how = isForAgent ? '' : '; --show-sensitive shows them'
  tell(invocation, `note: masked values that look like secrets or personal data${how}`)
}
