import { Failure } from '../../errors.ts'
import { portWith } from '../../port-with.ts'
import { SETTING_TABLE } from '../../settings/setting-table.ts'
import { validSetting } from '../../settings/valid-setting.ts'
import { type Invocation, warn } from '../invocation.ts'

/** The run without a reason that cannot be sent: it would only be noted in the record, and must not hinder a sign-out. */
export async function withFitReason(invocation: Invocation): Promise<Invocation> {
  const { ports } = invocation
  const { LS_AUTH_REASON: reason, ...others } = ports.env.variables
  const row = SETTING_TABLE.find(({ key }) => key === 'reason')
  // An empty one counts as none everywhere.
  if (!reason || row === undefined) return invocation
  try {
    validSetting(row, reason, 'LS_AUTH_REASON')
    return invocation
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    await warn(invocation, error.withWords(`${error.message}: it was left out`, error.hint))
    return { ...invocation, ports: { ...ports, env: portWith(ports.env, { variables: others }) } }
  }
}
