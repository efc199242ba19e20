import type { Tenants } from '../backends/gateway-probe.ts'
import type { Attack } from './attack.ts'
import { isAnswered, type Judgement, judged, judgeRead, type Seen } from './verdict.ts'

/** A read as a tenant that nobody has. `name`: of that. */
export const otherTenant = ({ header, namesIn }: Tenants, name: string): Attack => ({
  id: 'other-tenant',
  // Names of tenants that there are cannot be known here.
  name: 'a tenant that nobody has',
  make: ({ token }) => [{ token, headers: { [header]: name } }],
  judge: (seen, reference) => judgeTenant(seen, reference, namesIn),
  remedy: `Set ${header} in the gateway, or refuse a tenant that the caller may not read: the back end takes any name.`,
})

/**
 * Judges the answer to a read as a tenant that nobody has. Only where two plain reads show data does an answer without any
 * show that the back end was asked for that tenant. The data of the plain read shows that the gateway, or a back end with one
 * tenant, has paid no heed to the name.
 */
export function judgeTenant(
  seen: Seen,
  { plain, again }: { readonly plain: Seen; readonly again: Seen | undefined },
  namesIn: Tenants['namesIn'],
): Judgement {
  if (!('status' in seen) || !isAnswered(seen)) return judgeRead(seen)
  const { status } = seen
  const dataIn = (one: Seen | undefined) =>
    one !== undefined && 'body' in one && isAnswered(one) ? namesIn(one.body) : undefined
  const second = dataIn(again)
  const steady = dataIn(plain)?.filter((name) => second?.includes(name)) ?? []
  if (steady.length === 0) return judged('unknown', status, 'the plain read has no data to compare with')
  const names = dataIn(seen)
  if (names?.length === 0) return judged('let-through', status, 'no data, as that tenant has none')
  if (steady.every((name) => names?.includes(name)))
    return judged('refused', status, 'taken for the plain read')
  return judged('unknown', status, 'other data than the plain read')
}
