import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { profileInGuide } from './place.ts'

// No test runs the servers of docs/gateway/others.md. What can be told without them: that the two halves of each section, the
// settings of the server and the profile, are whole and fit each other.

const guide = readFileSync(new URL('../../../docs/gateway/others.md', import.meta.url), 'utf8')

/** The settings of a server in its section. */
function settingsOf(section: string, language: string): string {
  const [, text = ''] = guide.split(`\n## ${section}\n`)
  const [, block] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(text) ?? []
  if (block === undefined) throw new Error(`${section} has no settings`)
  return block
}

/** A value of a profile as the guide has it. */
function inProfile(name: string, key: string): string {
  // Without other addresses the lines stand as they are.
  const profile = profileInGuide(name)
  return new RegExp(`^${key} *= "(.*)"$`, 'm').exec(profile)?.[1] ?? ''
}

it('says that no test runs them', () => {
  expect(guide).toContain('**not run by our tests**')
})

it('Observatorium API: the issuer, the client and the tenant of the address are those of the profile', () => {
  const { spec } = parse(settingsOf('Observatorium API', 'yaml'))
  const [tenant] = spec.tenants.authentication
  expect(tenant.oidc.issuerURL).toBe(inProfile('observatorium', 'issuer'))
  expect(inProfile('observatorium', 'api')).toMatch(new RegExp(`/traces/v1/${tenant.tenantName}/tempo$`))
  expect(inProfile('observatorium', 'use_token')).toBe('id')
  const [binding] = spec.tenants.authorization.roleBindings
  const roles = spec.tenants.authorization.roles.filter(({ name }: { name: string }) =>
    binding.roles.includes(name),
  )
  expect(roles).toMatchObject([{ permissions: ['read'], tenants: [tenant.tenantName] }])
})

it('Grafana: the issuer and the header are those of the profile', () => {
  const lines = settingsOf('Grafana', 'ini').split('\n')
  const settings = Object.fromEntries(
    lines.flatMap((line) => {
      const [, key, value] = /^(\w+) *= (.*)$/.exec(line) ?? []
      return key === undefined ? [] : [[key, value]]
    }),
  )
  const claims = JSON.parse(settings.expect_claims ?? '')
  expect(claims).toEqual({ iss: inProfile('grafana', 'issuer'), aud: 'api://traces' })
  expect(settings.header_name).toBe(inProfile('grafana', 'authorization_header'))
})
