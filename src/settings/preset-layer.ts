import type { Preset } from '../providers/preset.ts'
import type { SettingName } from './setting-table.ts'

/** What a provider's preset sets, by the names of the settings. */
export function presetLayer(preset: Preset): Partial<Record<SettingName, unknown>> {
  return {
    provider: preset.id,
    scopes: preset.scopes,
    audience_style: preset.audience,
    use_token: preset.useToken,
    device_flow: preset.device,
    pushed_requests: preset.pushedRequests,
    dead_refresh_codes: preset.deadRefreshCodes,
    revoke: preset.revoke,
    endpoint_hosts: preset.endpointHosts,
    leeway: `${preset.leewaySeconds}s`,
    redirect_host: preset.redirectHost,
    redirect_ports: preset.redirectPorts,
    redirect_path: preset.redirectPath,
    client_auth: preset.clientAuth,
  }
}
