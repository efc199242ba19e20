import { Failure } from '../errors.ts'
import { isHttpsOrLoopback } from '../loopback-host.ts'

/** The partitions of AWS (botocore, `partitions.json`): the names of their regions, and their domain. */
const PARTITIONS: readonly { readonly id: string; readonly regions: RegExp; readonly domain: string }[] = [
  { id: 'aws-cn', regions: /^cn-/, domain: 'amazonaws.com.cn' },
  { id: 'aws-us-gov', regions: /^us-gov-/, domain: 'amazonaws.com' },
  { id: 'aws-eusc', regions: /^eusc-/, domain: 'amazonaws.eu' },
  { id: 'aws-iso', regions: /^us-iso-/, domain: 'c2s.ic.gov' },
  { id: 'aws-iso-b', regions: /^us-isob-/, domain: 'sc2s.sgov.gov' },
  { id: 'aws-iso-e', regions: /^eu-isoe-/, domain: 'cloud.adc-e.uk' },
  { id: 'aws-iso-f', regions: /^us-isof-/, domain: 'csp.hci.ic.gov' },
  { id: 'aws', regions: /./, domain: 'amazonaws.com' },
]

/** The partition of a region: `cn-north-1` → `aws-cn`. */
export const partitionOf = (region: string): string => partition(region).id

const partition = (region: string) =>
  PARTITIONS.find(({ regions }) => regions.test(region)) as (typeof PARTITIONS)[number]

/** Whether a text can be the name of a region: it becomes a part of a host name. */
export const isRegion = (text: string): boolean => /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(text)

type Variables = Readonly<Record<string, string | undefined>>

/**
 * The variable that names another endpoint; undefined: none does (AWS SDKs and Tools Reference Guide, "Service-specific
 * endpoints": that of a service goes before the one of all services, and neither counts where they are to be ignored).
 */
export const endpointVariable = (variables: Variables): string | undefined =>
  /^true$/i.test(variables.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS ?? '')
    ? undefined
    : ['AWS_ENDPOINT_URL_STS', 'AWS_ENDPOINT_URL'].find((name) => variables[name])

/**
 * The endpoint of AWS STS: that of `endpointVariable`, for VPC endpoints, else that of the region, else the global one.
 * Credentials or tokens go there, so https or loopback. Failure `refused`.
 */
export function stsEndpoint(variables: Variables, region: string | undefined): URL {
  const usual = region === undefined ? 'sts.amazonaws.com' : `sts.${region}.${partition(region).domain}`
  const name = endpointVariable(variables)
  const text = (name && variables[name]) ?? `https://${usual}/`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && isHttpsOrLoopback(url)) return url
  throw new Failure('refused', `${name} is not an https URL`, {
    hint: 'Unset it, or give it the https URL of your endpoint.',
  })
}
