import { Failure } from '../../errors.ts'
import { safeText } from '../../text/safe-text.ts'
import { splitScope, textField } from '../../trace/attribute-condition.ts'
import { FILTER_FLAGS, isOfWholeTrace, type TraceFilter } from '../../trace/search.ts'

/** What tables and columns are called: in a workspace, or in Application Insights' own (classic) form. */
export type Dialect = 'workspace' | 'app'

/** The columns of {@link wholeTraces}, by the name in its answer: in a workspace, and in the classic form. */
const COLUMNS = {
  table: ['Type', 'itemType'],
  time: ['TimeGenerated', 'timestamp'],
  trace: ['OperationId', 'operation_Id'],
  id: ['Id', 'id'],
  parent: ['ParentId', 'operation_ParentId'],
  name: ['Name', 'name'],
  ms: ['DurationMs', 'duration'],
  success: ['Success', 'success'],
  code: ['ResultCode', 'resultCode'],
  role: ['AppRoleName', 'cloud_RoleName'],
  instance: ['AppRoleInstance', 'cloud_RoleInstance'],
  kind: ['DependencyType', 'type'],
  url: ['Url', 'url'],
  target: ['Target', 'target'],
  data: ['Data', 'data'],
  properties: ['Properties', 'customDimensions'],
  message: ['Message', 'message'],
  severity: ['SeverityLevel', 'severityLevel'],
  errorType: ['ExceptionType', 'type'],
  error: ['OuterMessage', 'outerMessage'],
} as const

/** A column of {@link wholeTraces}. */
export type Column = keyof typeof COLUMNS

const SPANS = ['AppRequests, AppDependencies', 'requests, dependencies']
const ALL = [
  'AppRequests, AppDependencies, AppExceptions, AppTraces',
  'requests, dependencies, exceptions, traces',
]

const at = (dialect: Dialect): 0 | 1 => (dialect === 'workspace' ? 0 : 1)
const col = (dialect: Dialect, column: Column): string => COLUMNS[column][at(dialect)]

/** Rows that one answer may have: about 2,000 traces of 50 rows; the service's own limit is 500,000. */
export const MOST_ROWS = 100_000

/** A text as a literal. Failure `cannot-do` for control characters: KQL has no form for all of them. */
function kqlText(text: string): string {
  if (/\p{Cc}/u.test(text))
    throw new Failure('cannot-do', `Azure Monitor cannot search for ${safeText(text, 60)}`, {
      hint: 'Drop the control characters.',
    })
  return `"${text.replace(/[\\"]/g, '\\$&')}"`
}

/** All rows of these traces. A column that no table has is empty. */
export function wholeTraces(dialect: Dialect, ids: readonly string[]): string {
  const columns = (Object.keys(COLUMNS) as Column[]).map(
    (column) => `${column}=tostring(column_ifexists(${kqlText(col(dialect, column))}, ""))`,
  )
  return [
    `union isfuzzy=true ${ALL[at(dialect)]}`,
    `where ${col(dialect, 'trace')} in (${ids.map(kqlText).join(', ')})`,
    `project ${columns.join(', ')}`,
    `take ${MOST_ROWS}`,
  ].join(' | ')
}

export const services = (dialect: Dialect): string =>
  `union isfuzzy=true ${SPANS[at(dialect)]} | distinct ${col(dialect, 'role')} | take 1000`

/** Ids of the traces that fit, the latest first: in the first column. Failure `cannot-do` for what isn't an attribute. */
export function searchFor(dialect: Dialect, filter: TraceFilter): string {
  if (filter.query !== undefined)
    throw new Failure('cannot-do', 'ls-auth builds the queries for Azure Monitor itself', {
      hint: `Use ${FILTER_FLAGS}.`,
    })
  const [trace, time, ms] = [col(dialect, 'trace'), col(dialect, 'time'), col(dialect, 'ms')]
  const isWhole = isOfWholeTrace(filter)
  const conditions = [
    `isnotempty(${trace})`,
    ...conditionsOf(dialect, filter),
    ...(isWhole ? [] : limitsOf(filter, ms)),
  ]
  const whole = limitsOf(filter, `(ended - began) / 1ms`)
  return [
    `union isfuzzy=true ${SPANS[at(dialect)]}`,
    `where ${conditions.join(' and ')}`,
    `summarize began=min(${time}), ended=max(${time} + todouble(${ms}) * 1ms) by ${trace}`,
    ...(isWhole && whole.length > 0 ? [`where ${whole.join(' and ')}`] : []),
    `top ${filter.limit} by began desc`,
    `project ${trace}`,
  ].join(' | ')
}

const limitsOf = ({ minNanos, maxNanos }: TraceFilter, ms: string): string[] => [
  ...(minNanos === undefined ? [] : [`${ms} >= ${minNanos / 1e6}`]),
  ...(maxNanos === undefined ? [] : [`${ms} <= ${maxNanos / 1e6}`]),
]

function conditionsOf(dialect: Dialect, { service, name, errors, attributes }: TraceFilter): string[] {
  const is = (column: Column, value: string | undefined) =>
    value === undefined ? [] : [`${col(dialect, column)} == ${kqlText(value)}`]
  return [
    ...is('role', service),
    ...is('name', name),
    ...(errors ? [`tobool(${col(dialect, 'success')}) == false`] : []),
    ...attributes.map(([key, value, operator = '=']) => {
      const field = textField(key)
      if (field !== undefined)
        throw new Failure(
          'cannot-do',
          `Azure Monitor does not search by ${field}, which is not an attribute`,
          {
            hint: 'Drop it. trace get supports it, for the spans of one trace.',
          },
        )
      const has = `tostring(${col(dialect, 'properties')}[${kqlText(splitScope(key).bare)}])`
      if (/^[<>]/.test(operator)) return `todouble(${has}) ${operator} ${Number(value)}`
      if (operator === '=') return `${has} == ${kqlText(value)}`
      const pattern = kqlText(`^(?:${value})$`)
      const test = { '!=': `${has} != ${kqlText(value)}`, '=~': `${has} matches regex ${pattern}` }[
        operator as '!=' | '=~'
      ]
      return `isnotempty(${has}) and ${test ?? `not(${has} matches regex ${pattern})`}`
    }),
  ]
}
