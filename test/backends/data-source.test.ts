import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { dataSourceFile } from '../../src/backends/data-source.ts'
import { BACKENDS } from '../../src/backends/table.ts'

/** What Grafana reads of a data source, and as what (`pkg/services/provisioning/datasources/types.go`, version 1). */
const FIELDS: Readonly<Record<string, string>> = {
  orgId: 'number',
  orgName: 'string',
  version: 'number',
  name: 'string',
  type: 'string',
  access: 'string',
  url: 'string',
  user: 'string',
  database: 'string',
  basicAuth: 'boolean',
  basicAuthUser: 'string',
  withCredentials: 'boolean',
  isDefault: 'boolean',
  correlations: 'object',
  jsonData: 'object',
  secureJsonData: 'object',
  editable: 'boolean',
  uid: 'string',
}
const SECRET = 'q3Vf0mQm1ZzGvJb9o2cYxKq7Rk5T8uHwLr4NsDp-E_i'

describe('the data source that proxy --print grafana prints', () => {
  const printed = BACKENDS.flatMap((row) => {
    const file = dataSourceFile(row, 'http://127.0.0.1:8765', SECRET)
    return file === undefined ? [] : [[row.id, file] as const]
  })

  it('is there for the back ends that Grafana has a plugin for, under the id of that plugin', () => {
    expect(printed.map(([id, file]) => [id, parse(file).datasources[0].type])).toEqual([
      ['tempo', 'tempo'],
      ['jaeger', 'jaeger'],
      ['zipkin', 'zipkin'],
    ])
  })

  it.each(printed)('%s: has the fields of version 1 in their types, and no others', (_, file) => {
    const { apiVersion, datasources, ...more } = parse(file)
    expect({ apiVersion, count: datasources.length, more }).toEqual({ apiVersion: 1, count: 1, more: {} })
    for (const [name, value] of Object.entries(datasources[0]))
      expect([name, typeof value]).toEqual([name, FIELDS[name]])
    expect(datasources[0]).toMatchObject({ access: 'proxy', url: 'http://127.0.0.1:8765' })
  })

  it.each(printed)(
    '%s: the secret is where Grafana encrypts it, under the number of its header',
    (_, file) => {
      const [{ jsonData, secureJsonData }] = parse(file).datasources
      expect(jsonData).toEqual({ httpHeaderName1: 'Authorization' })
      expect(secureJsonData).toEqual({ httpHeaderValue1: `Bearer ${SECRET}` })
      expect(file.split(SECRET)).toHaveLength(2)
    },
  )

  it.each(printed)('%s: has nothing that Grafana would take for a variable of its environment', (_, file) => {
    expect(file).not.toContain('$')
  })
})
